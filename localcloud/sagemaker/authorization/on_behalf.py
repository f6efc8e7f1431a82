"""What SageMaker calls for somebody else: as the caller of an operation, or under a model's execution role.

https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from localcloud.sagemaker.errors import AwsError, ContainerError, invalid
from localcloud.sagemaker.iam.permissions import Call, Caller
from localcloud.sagemaker.state import Members, Region

_IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([^.]+)\.amazonaws\.com[^/]*/([^:@]+)")
_NOT_ACCESSED = (
    'Could not access model data at {url}. Please ensure that the role "{role}" exists and that its '
    'trust relationship policy allows the action "sts:AssumeRole" for the service principal '
    '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the '
    "object is located in {region}. If your Model uses multiple models or uncompressed models, please "
    'ensure that the role has "s3:ListBucket" permission.'
)


def _check_package(region: Region, params: Members, caller: Caller) -> None:
    """CreateModelPackage reads artifact and image with its caller's rights.

    The registry's managed policy grants s3:GetObject, ecr:BatchGetImage and ecr:DescribeImages for it:
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerModelRegistryFullAccess.html
    """
    for container in params.get("InferenceSpecification", {}).get("Containers", []):
        if url := container.get("ModelDataUrl"):
            try:
                region.permissions.require(caller, [_read(url)])
            except AwsError as denied:
                place = urlsplit(url)
                raise invalid(
                    f"Access denied for bucket: {place.netloc}, object key: {place.path.lstrip('/')}."
                ) from denied
        actions = ("ecr:BatchGetImage", "ecr:DescribeImages")
        region.permissions.require(caller, _of_repository(container["Image"], actions))


def _check_model(region: Region, params: Members, _: Caller) -> None:
    """CreateModel assumes the role, and reads the artifact under it."""
    role = params.get("ExecutionRoleArn")
    container = params.get("PrimaryContainer") or (params.get("Containers") or [{}])[0]
    url = container.get("ModelDataUrl")
    if not role or not url:
        return
    try:
        bearer = _assumed(region, role, region.arn("Model", params["ModelName"]))
        region.permissions.require(bearer, [_read(url)])
    except (AwsError, ContainerError) as denied:
        raise invalid(_NOT_ACCESSED.format(url=url, role=role, region=region.name)) from denied


def _check_endpoint(region: Region, params: Members, caller: Caller) -> None:
    """Whoever creates or updates an endpoint with a key lets SageMaker use the key.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html (KmsKeyId)
    """
    configuration = region.resources.get(region.arn("EndpointConfig", params["EndpointConfigName"]))
    if configuration and (key := configuration.members.get("KmsKeyId")):
        grant = {
            "kms:GrantIsForAWSResource": "true",
            "kms:ViaService": f"sagemaker.{region.name}.amazonaws.com",
            "kms:CallerAccount": region.account,
        }
        region.permissions.require(caller, [Call("kms:CreateGrant", key, grant)])


CHECKS: dict[str, Callable[[Region, Members, Caller], None]] = {
    "CreateModelPackage": _check_package,
    "CreateModel": _check_model,
    "CreateEndpoint": _check_endpoint,
    "UpdateEndpoint": _check_endpoint,
}


def start_work(
    region: Region,
    endpoint: str,
    variant: Members,
    model: Members,
    config: Members,
    alarms: Sequence[str],
) -> Caller:
    """The bearer of the model's execution role, once it may do all that a start needs but fetch the model.

    `endpoint` is its ARN. Raises ContainerError with the reason.
    A model without a role has the account's rights.
    """
    role = model.get("ExecutionRoleArn")
    if not role:
        return Caller(region.account, "", region.name)
    bearer = _assumed(region, role, endpoint)
    container = model.get("PrimaryContainer") or model["Containers"][0]
    image = container.get("Image", "")
    try:
        region.permissions.require(bearer, list(_pulls(image)))
    except AwsError as denied:
        raise ContainerError(
            f"The role '{role}' does not have BatchGetImage permission for the image: '{image}'."
        ) from denied
    needed = [
        *_joins(region, model.get("VpcConfig", {})),
        *_watches(region, alarms),
        *_captures(endpoint, variant["VariantName"], config.get("DataCaptureConfig", {})),
    ]
    try:
        region.permissions.require(bearer, needed)
    except AwsError as denied:
        raise ContainerError(denied.message) from denied
    # Without them an endpoint comes up and nobody sees its log: AWS says nothing.
    for call in _logs(region, endpoint, variant["VariantName"]):
        with suppress(AwsError):
            region.permissions.require(bearer, [call])
    return bearer


def _assumed(region: Region, role: str, source: str) -> Caller:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html"""
    context = {"aws:SourceAccount": region.account, "aws:SourceArn": source}
    bearer = region.permissions.assume_role(role, region.name, context)
    if bearer is None:
        raise ContainerError(
            f"Could not assume role {role}. Please ensure that the role exists and allows principal "
            "'sagemaker.amazonaws.com' to assume the role."
        )
    return bearer


def _read(url: str) -> Call:
    place = urlsplit(url)
    return Call("s3:GetObject", f"arn:aws:s3:::{place.netloc}{place.path}")


def _pulls(image: str) -> Iterator[Call]:
    yield Call("ecr:GetAuthorizationToken", "*")
    actions = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")
    yield from _of_repository(image, [f"ecr:{action}" for action in actions])


def _of_repository(image: str, actions: Sequence[str]) -> list[Call]:
    """On the repository that an image's URI names; none for an image that is not in ECR."""
    found = _IMAGE.match(image)
    if not found:
        return []
    account, region, repository = found.groups()
    arn = f"arn:aws:ecr:{region}:{account}:repository/{repository}"
    return [Call(action, arn) for action in actions]


def _joins(region: Region, vpc: Members) -> Iterator[Call]:
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
        # No page says that EC2 sends the subnet here.
        for action in ("DeleteNetworkInterface", "DeleteNetworkInterfacePermission"):
            yield Call(f"ec2:{action}", interface)


def _watches(region: Region, alarms: Sequence[str]) -> list[Call]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html"""
    place = f"arn:aws:cloudwatch:{region.name}:{region.account}:alarm:"
    return [Call("cloudwatch:DescribeAlarms", f"{place}{alarm}") for alarm in alarms]


def _captures(endpoint: str, variant: str, capture: Members) -> Iterator[Call]:
    if capture.get("EnableCapture"):
        place = urlsplit(capture["DestinationS3Uri"])
        folder = f"{place.netloc}{place.path.rstrip('/')}/{endpoint.rpartition('/')[2]}/{variant}"
        yield Call("s3:PutObject", f"arn:aws:s3:::{folder}/0.jsonl")


def _logs(region: Region, endpoint: str, variant: str) -> list[Call]:
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
