"""SageMaker endpoints, their configurations and the models in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from botocore.exceptions import ClientError

from lambda_src.shared.s3_url import S3Url
from rollforward.aws import clients
from rollforward.aws.errors import message, translate_errors
from rollforward.target import Target

# The state of an endpoint that does not exist. The other states are SageMaker's.
ABSENT = "Absent"
IN_SERVICE = "InService"
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
UNSETTLED = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}


@dataclass(frozen=True)
class Endpoint:
    """`configuration` names the live endpoint configuration.

    `failure` is the reason that SageMaker gives for a failed creation or update. `instances` holds the
    current number of instances by variant name; a serverless variant has none.
    """

    state: str
    configuration: str
    failure: str | None
    instances: Mapping[str, int]


@dataclass(frozen=True)
class Container:
    """The container of a SageMaker model; `archive` is None for a model of the HuggingFace hub."""

    model: str
    archive: S3Url | None
    environment: Mapping[str, str] = field(default_factory=dict)


@translate_errors()
def find_endpoint(target: Target) -> Endpoint | None:
    """The endpoint of the model; None if it does not exist."""
    try:
        found = clients.sagemaker(target.region).describe_endpoint(EndpointName=target.endpoint)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise
    return Endpoint(
        state=found["EndpointStatus"],
        configuration=found["EndpointConfigName"],
        failure=found.get("FailureReason"),
        instances={
            variant["VariantName"]: variant.get("CurrentInstanceCount", 0)
            for variant in found.get("ProductionVariants", [])
        },
    )


def endpoint_state(target: Target) -> str:
    """SageMaker's state of the endpoint, or ABSENT."""
    endpoint = find_endpoint(target)
    return endpoint.state if endpoint else ABSENT


@translate_errors()
def find_containers(region: str, configuration: str) -> Mapping[str, Container | None] | None:
    """The container of each variant of an endpoint configuration, by variant name.

    None if the configuration was deleted. The container of a variant is None if its model was deleted.
    """
    client = clients.sagemaker(region)
    try:
        found = client.describe_endpoint_config(EndpointConfigName=configuration)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise
    variants = chain(found["ProductionVariants"], found.get("ShadowProductionVariants", []))
    return {one["VariantName"]: _find_container(region, one["ModelName"]) for one in variants}


def _find_container(region: str, model: str) -> Container | None:
    try:
        found = clients.sagemaker(region).describe_model(ModelName=model)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise
    container = found["PrimaryContainer"]
    archive = S3Url.parse(container.get("ModelDataUrl", ""))
    return Container(model, archive, container.get("Environment", {}))


def _is_missing(error: ClientError) -> bool:
    return "Could not find" in message(error)
