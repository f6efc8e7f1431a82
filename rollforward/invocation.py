"""Asks a model's endpoint for a prediction."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from config import names
from config.settings import Environment
from rollforward import aws
from rollforward.errors import RollforwardError


@dataclass(frozen=True)
class Prediction:
    body: str
    content_type: str
    variant: str


def invoke(environment: Environment, model: str, body: bytes, content_type: str) -> Prediction:
    """One prediction. Raises ConfigError for an unknown model, RollforwardError for a failing endpoint."""
    environment.model(model)
    try:
        answer = aws.sagemaker_runtime(environment).invoke_endpoint(
            EndpointName=names.endpoint(environment, model), Body=body, ContentType=content_type
        )
    except ClientError as error:
        raise RollforwardError(
            f"no prediction: {error.response['Error']['Message']} "
            f"See `python -m rollforward status {model} --env {environment.name}`"
        ) from error
    return Prediction(
        body=answer["Body"].read().decode("utf-8", errors="replace"),
        content_type=answer["ContentType"],
        variant=answer["InvokedProductionVariant"],
    )
