"""What is registered, what is live, and whether they agree."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from config import names
from config.settings import Environment
from rollforward import aws
from rollforward.errors import RollforwardError
from rollforward.last_apply import asked_configuration

if TYPE_CHECKING:
    from types_boto3_sagemaker.type_defs import DescribeEndpointOutputTypeDef

ABSENT = "Absent"


@dataclass(frozen=True)
class Status:
    """`registered`, `live` and `asked_for` are pinned S3 keys; None is: no model yet, no endpoint yet.

    `live` says so if its configuration was deleted under the endpoint. `asked_for` is None as well if what
    the last apply asked for is live; if it has the same key, its other settings are not.
    """

    model: str
    endpoint: str
    registered: str | None
    live: str | None
    asked_for: str | None
    state: str
    failure: str | None
    deliver_to: str

    @property
    def agree(self) -> bool:
        """The endpoint serves what is registered, and is not about to change."""
        settled = self.state in ("InService", ABSENT)
        return settled and self.registered == self.live


def status(environment: Environment, model: str) -> Status:
    """Raises ConfigError for an unknown model, RollforwardError if its pointer is not deployed."""
    environment.model(model)
    endpoint = _endpoint(environment, model)
    bucket = names.model_bucket(environment)
    return Status(
        model=model,
        endpoint=names.endpoint(environment, model),
        registered=registered(environment, model),
        live=_key_of(environment, endpoint["EndpointConfigName"]) if endpoint else None,
        asked_for=_asked_for(environment, model, endpoint) if endpoint else None,
        state=endpoint["EndpointStatus"] if endpoint else ABSENT,
        failure=endpoint.get("FailureReason") if endpoint else None,
        deliver_to=f"s3://{bucket}/{names.delivery_key(model, '<version>')}",
    )


def state(environment: Environment, model: str) -> str:
    """Of the endpoint, in SageMaker's words or ABSENT."""
    endpoint = _endpoint(environment, model)
    return endpoint["EndpointStatus"] if endpoint else ABSENT


def registered(environment: Environment, model: str) -> str | None:
    """The pointer's value."""
    client = aws.ssm(environment)
    try:
        key = client.get_parameter(Name=names.pointer(environment, model))["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound as error:
        aws.require_account(environment)  # in another account, nothing is ever there
        raise RollforwardError(
            f"{names.pointer(environment, model)} is not there: deploy the stack "
            f"{names.stack(environment, 'lambda')} first"
        ) from error
    return None if key == names.NO_MODEL else key


def _endpoint(environment: Environment, model: str) -> "DescribeEndpointOutputTypeDef | None":
    name = names.endpoint(environment, model)
    try:
        return aws.sagemaker(environment).describe_endpoint(EndpointName=name)
    except ClientError as error:
        if _is_missing(error):
            return None
        raise


def _asked_for(
    environment: Environment, model: str, endpoint: "DescribeEndpointOutputTypeDef"
) -> str | None:
    asked = asked_configuration(environment, model)
    if asked is None or asked == endpoint["EndpointConfigName"]:
        return None
    return _key_of(environment, asked)


def _key_of(environment: Environment, configuration: str) -> str | None:
    client = aws.sagemaker(environment)
    try:
        found = client.describe_endpoint_config(EndpointConfigName=configuration)
        model = client.describe_model(ModelName=found["ProductionVariants"][0]["ModelName"])
    except ClientError as error:
        # It goes on serving, but nobody can say what (terraform-provider-aws #48997).
        if _is_missing(error):
            return f"unknown: {configuration} or its model was deleted"
        raise
    return names.key_in(model["PrimaryContainer"]["ModelDataUrl"])


def _is_missing(error: ClientError) -> bool:
    return "Could not find" in error.response["Error"]["Message"]
