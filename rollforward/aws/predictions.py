"""Predictions of SageMaker endpoints, real-time and asynchronous."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.exceptions import ClientError

from lambda_src.shared.s3_url import S3Url
from rollforward.aws import clients
from rollforward.aws.errors import message, translate_errors
from rollforward.errors import RollforwardError
from rollforward.target import Target


class PredictionError(RollforwardError):
    """The endpoint did not accept the request, or did not answer it. The text is SageMaker's."""


@dataclass(frozen=True)
class Prediction:
    """`variant` is None if SageMaker does not say which variant answered."""

    body: str
    content_type: str
    variant: str | None


@dataclass(frozen=True)
class Queued:
    """SageMaker writes either the `answer` or the `failure` of an accepted request."""

    answer: S3Url
    failure: S3Url


@translate_errors()
def predict(target: Target, body: bytes, content_type: str) -> Prediction:
    """Send a request to an endpoint. Raises PredictionError."""
    with _translate_refusal():
        answer = clients.sagemaker_runtime(target.region).invoke_endpoint(
            EndpointName=target.endpoint, Body=body, ContentType=content_type
        )
    return Prediction(
        body=answer["Body"].read().decode("utf-8", errors="replace"),
        content_type=answer["ContentType"],
        variant=answer["InvokedProductionVariant"],
    )


@translate_errors()
def enqueue(
    target: Target, request: S3Url, content_type: str, expires_after_seconds: int
) -> Queued:
    """Add the request in S3 to the queue of an asynchronous endpoint. Raises PredictionError."""
    with _translate_refusal():
        accepted = clients.sagemaker_runtime(target.region).invoke_endpoint_async(
            EndpointName=target.endpoint,
            InputLocation=str(request),
            ContentType=content_type,
            RequestTTLSeconds=expires_after_seconds,
        )
    return Queued(_url(accepted["OutputLocation"]), _url(accepted["FailureLocation"]))


@contextmanager
def _translate_refusal() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        raise PredictionError(message(error)) from error


def _url(location: str) -> S3Url:
    url = S3Url.parse(location)
    if url is None:
        raise PredictionError(f"SageMaker named {location!r}, which is not the URL of an S3 object")
    return url
