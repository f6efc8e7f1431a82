"""What is registered, what is live, and whether they agree."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from config import names
from config.settings import Environment
from rollforward import aws
from rollforward.errors import RollforwardError


@dataclass(frozen=True)
class Status:
    """`registered` and `live` are pinned S3 keys; None is: no model yet, no endpoint yet."""

    model: str
    endpoint: str
    registered: str | None
    live: str | None
    state: str
    failure: str | None
    deliver_to: str

    @property
    def agree(self) -> bool:
        return self.registered == self.live


def status(environment: Environment, model: str) -> Status:
    """Raises RollforwardError if the model is unknown or its pointer is not deployed."""
    environment.model(model)
    name = names.endpoint(environment, model)
    endpoint = _endpoint(environment, name)
    bucket = names.model_bucket(environment)
    return Status(
        model=model,
        endpoint=name,
        registered=registered(environment, model),
        live=_live_key(environment, endpoint["EndpointConfigName"]) if endpoint else None,
        state=endpoint["EndpointStatus"] if endpoint else "Absent",
        failure=endpoint.get("FailureReason") if endpoint else None,
        deliver_to=f"s3://{bucket}/{names.delivery_key(model, '<version>')}",
    )


def registered(environment: Environment, model: str) -> str | None:
    """The pointer's value."""
    client = aws.ssm(environment)
    try:
        key = client.get_parameter(Name=names.pointer(environment, model))["Parameter"]["Value"]
    except client.exceptions.ParameterNotFound as error:
        raise RollforwardError(
            f"{names.pointer(environment, model)} is not there: deploy the stack "
            f"{names.stack(environment, 'lambda')} first"
        ) from error
    return None if key == names.NO_MODEL else key


def _endpoint(environment: Environment, name: str) -> dict | None:  # type: ignore[type-arg]
    try:
        return dict(aws.sagemaker(environment).describe_endpoint(EndpointName=name))
    except ClientError as error:
        if "Could not find" in error.response["Error"]["Message"]:
            return None
        raise


def _live_key(environment: Environment, configuration: str) -> str:
    client = aws.sagemaker(environment)
    found = client.describe_endpoint_config(EndpointConfigName=configuration)
    model = client.describe_model(ModelName=found["ProductionVariants"][0]["ModelName"])
    return model["PrimaryContainer"]["ModelDataUrl"].partition("://")[2].partition("/")[2]
