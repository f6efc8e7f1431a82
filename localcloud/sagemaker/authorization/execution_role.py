"""The execution role of a model: SageMaker assumes it, and needs its permissions to start an endpoint.

https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from localcloud.sagemaker.authorization.service_calls import repository_calls
from localcloud.sagemaker.containers.model_data import primary_container
from localcloud.sagemaker.errors import AwsError, ContainerError
from localcloud.sagemaker.iam.permissions import Call, Caller
from localcloud.sagemaker.state import Members, Region


def assume_execution_role(
    region: Region,
    endpoint: str,
    variant: Members,
    model: Members,
    config: Members,
    alarms: Sequence[str],
) -> Caller:
    """A session of the model's execution role, which must allow all that the start of an endpoint needs.

    The read of the artifact is not included: it happens, with this session, when the container starts.
    `endpoint` is an ARN, `alarms` are names. Raises ContainerError with the reason of a refusal.
    A model without a role has the permissions of the account's root.
    """
    role = model.get("ExecutionRoleArn")
    if not role:
        return Caller(region.account, "", region.name)
    session = assume(region, role, endpoint)
    image = primary_container(model).get("Image", "")
    try:
        region.permissions.require(session, list(_image_calls(image)))
    except AwsError as denied:
        raise ContainerError(
            f"The role '{role}' does not have BatchGetImage permission for the image: '{image}'."
        ) from denied
    needed = [
        *_network_calls(region, model.get("VpcConfig", {})),
        *_alarm_calls(region, alarms),
        *_data_capture_calls(endpoint, variant["VariantName"], config.get("DataCaptureConfig", {})),
    ]
    try:
        region.permissions.require(session, needed)
    except AwsError as denied:
        raise ContainerError(denied.message) from denied
    # Without these permissions an endpoint starts and writes no logs: AWS reports nothing.
    for call in _log_calls(region, endpoint, variant["VariantName"]):
        with suppress(AwsError):
            region.permissions.require(session, [call])
    return session


def assume(region: Region, role: str, source: str) -> Caller:
    """SageMaker's session of a role, for the resource `source`; both are ARNs.

    Raises ContainerError if the role does not trust SageMaker.
    https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
    """
    context = {"aws:SourceAccount": region.account, "aws:SourceArn": source}
    session = region.permissions.assume_role(role, region.name, context)
    if session is None:
        raise ContainerError(
            f"Could not assume role {role}. Please ensure that the role exists and allows principal "
            "'sagemaker.amazonaws.com' to assume the role."
        )
    return session


def _image_calls(image: str) -> Iterator[Call]:
    yield Call("ecr:GetAuthorizationToken", "*")
    actions = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
    yield from repository_calls(image, [f"ecr:{action}" for action in actions])


def _network_calls(region: Region, vpc: Members) -> Iterator[Call]:
    """A network interface in each subnet, and the permission to use it.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    """
    if not vpc:
        return
    place = f"arn:aws:ec2:{region.name}:{region.account}:"
    describe = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
    yield from (Call(f"ec2:Describe{what}", "*") for what in describe)
    interface = f"{place}network-interface/eni-0123456789abcdef0"
    groups = [f"{place}security-group/{group}" for group in vpc["SecurityGroupIds"]]
    for subnet in (f"{place}subnet/{subnet}" for subnet in vpc["Subnets"]):
        of_subnet = {"ec2:Subnet": subnet}
        for resource in (interface, subnet, *groups):
            yield Call("ec2:CreateNetworkInterface", resource, of_subnet)
        yield Call("ec2:CreateNetworkInterfacePermission", interface, of_subnet)
        # AWS does not document the condition key ec2:Subnet for these.
        for action in ("DeleteNetworkInterface", "DeleteNetworkInterfacePermission"):
            yield Call(f"ec2:{action}", interface)


def _alarm_calls(region: Region, alarms: Sequence[str]) -> list[Call]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html"""
    place = f"arn:aws:cloudwatch:{region.name}:{region.account}:alarm:"
    return [Call("cloudwatch:DescribeAlarms", f"{place}{alarm}") for alarm in alarms]


def _data_capture_calls(endpoint: str, variant: str, capture: Members) -> Iterator[Call]:
    if capture.get("EnableCapture"):
        place = urlsplit(capture["DestinationS3Uri"])
        folder = f"{place.netloc}{place.path.rstrip('/')}/{endpoint.rpartition('/')[2]}/{variant}"
        yield Call("s3:PutObject", f"arn:aws:s3:::{folder}/0.jsonl")


def _log_calls(region: Region, endpoint: str, variant: str) -> list[Call]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html"""
    name = f"/aws/sagemaker/Endpoints/{endpoint.rpartition('/')[2]}"
    group = f"arn:aws:logs:{region.name}:{region.account}:log-group:{name}"
    stream = f"{group}:log-stream:{variant}/i-0123456789abcdef0"
    namespace = {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}
    return [
        Call("logs:CreateLogGroup", f"{group}:log-stream:"),
        Call("logs:DescribeLogStreams", f"{group}:log-stream:"),
        Call("logs:CreateLogStream", stream),
        Call("logs:PutLogEvents", stream),
        Call("cloudwatch:PutMetricData", "*", namespace),
    ]
