"""What operations of SageMaker do with the permissions of their caller, or of the role that they get.

https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from localcloud.sagemaker.authorization.execution_role import assume
from localcloud.sagemaker.authorization.service_calls import read_call, repository_calls
from localcloud.sagemaker.errors import AwsError, ContainerError, validation_error
from localcloud.sagemaker.iam.permissions import Call, Caller
from localcloud.sagemaker.state import Members, Region

_NOT_ACCESSED = (
    'Could not access model data at {url}. Please ensure that the role "{role}" exists and that its '
    'trust relationship policy allows the action "sts:AssumeRole" for the service principal '
    '"sagemaker.amazonaws.com". Also ensure that the role has "s3:GetObject" permissions and that the '
    "object is located in {region}. If your Model uses multiple models or uncompressed models, please "
    'ensure that the role has "s3:ListBucket" permission.'
)


def _check_package(region: Region, params: Members, caller: Caller) -> None:
    """CreateModelPackage reads artifact and image with its caller's permissions.

    The registry's managed policy grants s3:GetObject, ecr:BatchGetImage and ecr:DescribeImages for it:
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerModelRegistryFullAccess.html
    """
    for container in params.get("InferenceSpecification", {}).get("Containers", []):
        if url := container.get("ModelDataUrl"):
            try:
                region.permissions.require(caller, [read_call(url)])
            except AwsError as denied:
                place = urlsplit(url)
                raise validation_error(
                    f"Access denied for bucket: {place.netloc}, object key: {place.path.lstrip('/')}."
                ) from denied
        actions = ("ecr:BatchGetImage", "ecr:DescribeImages")
        region.permissions.require(caller, repository_calls(container["Image"], actions))


def _check_model(region: Region, params: Members, _: Caller) -> None:
    """CreateModel assumes the execution role, and reads the artifact with the role's permissions."""
    role = params.get("ExecutionRoleArn")
    container = params.get("PrimaryContainer") or (params.get("Containers") or [{}])[0]
    url = container.get("ModelDataUrl")
    if not role or not url:
        return
    try:
        session = assume(region, role, region.arn("Model", params["ModelName"]))
        region.permissions.require(session, [read_call(url)])
    except (AwsError, ContainerError) as denied:
        raise validation_error(
            _NOT_ACCESSED.format(url=url, role=role, region=region.name)
        ) from denied


def _check_endpoint(region: Region, params: Members, caller: Caller) -> None:
    """The caller who creates or updates an endpoint with a KMS key grants SageMaker the use of the key.

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


CALLER_CHECKS: dict[str, Callable[[Region, Members, Caller], None]] = {
    "CreateModelPackage": _check_package,
    "CreateModel": _check_model,
    "CreateEndpoint": _check_endpoint,
    "UpdateEndpoint": _check_endpoint,
}
