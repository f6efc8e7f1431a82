"""Asks a model's endpoint for a prediction."""

from dataclasses import dataclass

from config import names
from config.settings import Environment
from rollforward import aws


@dataclass(frozen=True)
class Prediction:
    body: str
    content_type: str
    variant: str


def invoke(environment: Environment, model: str, body: bytes, content_type: str) -> Prediction:
    """One prediction. Raises ConfigError for an unknown model, botocore's ClientError for a failing one."""
    environment.model(model)
    answer = aws.sagemaker_runtime(environment).invoke_endpoint(
        EndpointName=names.endpoint(environment, model), Body=body, ContentType=content_type
    )
    return Prediction(
        body=answer["Body"].read().decode("utf-8", errors="replace"),
        content_type=answer["ContentType"],
        variant=answer["InvokedProductionVariant"],
    )
