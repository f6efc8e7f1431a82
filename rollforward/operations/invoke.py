"""Asks a model's endpoint for a prediction."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.exceptions import ClientError
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_exponential,
)

from config import names
from config.schema.serving import Async
from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.errors import RollforwardError

# What SageMaker gives a model that is not told otherwise, once its turn has come.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
ANSWER_SECONDS = 900
LONGEST_PAUSE_SECONDS = 5


@dataclass(frozen=True)
class Prediction:
    """`variant` is None if SageMaker does not say which one answered."""

    body: str
    content_type: str
    variant: str | None


@dataclass(frozen=True)
class Queued:
    """A request that waits for its turn. `answer` and `failure` are S3 URLs, of which one will be there."""

    model: str
    answer: str
    failure: str
    longest_seconds: int


class _NotYetError(Exception):
    pass


def invoke(environment: Environment, model: str, body: bytes, content_type: str) -> Prediction:
    """One prediction. Raises ConfigError for an unknown model, RollforwardError for a failing endpoint."""
    environment.model(model)
    with _told(environment, model):
        answer = clients.sagemaker_runtime(environment).invoke_endpoint(
            EndpointName=names.endpoint(environment, model), Body=body, ContentType=content_type
        )
    return Prediction(
        body=_text(answer["Body"].read()),
        content_type=answer["ContentType"],
        variant=answer["InvokedProductionVariant"],
    )


def enqueue(
    environment: Environment, model: str, serving: Async, body: bytes, content_type: str
) -> Queued:
    """Put a request into S3, and into the queue of an asynchronous endpoint. Raises RollforwardError."""
    bucket = names.model_bucket(environment)
    key = f"{names.requests_prefix(model)}{uuid.uuid4()}"
    clients.s3(environment).put_object(Bucket=bucket, Key=key, Body=body, ContentType=content_type)
    with _told(environment, model):
        accepted = clients.sagemaker_runtime(environment).invoke_endpoint_async(
            EndpointName=names.endpoint(environment, model),
            InputLocation=f"s3://{bucket}/{key}",
            ContentType=content_type,
            RequestTTLSeconds=serving.expires_after_seconds,
        )
    return Queued(
        model=model,
        answer=accepted["OutputLocation"],
        failure=accepted["FailureLocation"],
        # Afterwards nothing comes any more: it expired in the queue, or was given up.
        longest_seconds=serving.expires_after_seconds + ANSWER_SECONDS,
    )


def answered(environment: Environment, queued: Queued) -> Prediction:
    """Wait for the answer. Raises RollforwardError for a failure, or if neither ever comes."""
    waiting = Retrying(
        retry=retry_if_exception_type(_NotYetError),
        wait=wait_exponential(multiplier=0.25, max=LONGEST_PAUSE_SECONDS),
        stop=stop_after_delay(queued.longest_seconds),
    )
    try:
        return waiting(_look, environment, queued)
    except RetryError:
        raise RollforwardError(
            f"no prediction: in {queued.longest_seconds} seconds there was neither {queued.answer} nor "
            f"{queued.failure}. {_see(environment, queued.model)}"
        ) from None


def _look(environment: Environment, queued: Queued) -> Prediction:
    if answer := _object(environment, queued.answer):
        return answer
    if failure := _object(environment, queued.failure):
        raise RollforwardError(f"no prediction: {failure.body} ({queued.failure})")
    raise _NotYetError


def _object(environment: Environment, url: str) -> Prediction | None:
    client = clients.s3(environment)
    bucket, _, key = url.removeprefix("s3://").partition("/")
    try:
        found = client.get_object(Bucket=bucket, Key=key)
    except client.exceptions.NoSuchKey:
        return None
    return Prediction(_text(found["Body"].read()), found["ContentType"], None)


@contextmanager
def _told(environment: Environment, model: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        said = error.response["Error"]["Message"]
        raise RollforwardError(f"no prediction: {said} {_see(environment, model)}") from error


def _see(environment: Environment, model: str) -> str:
    return f"See `rollforward status {model} --env {environment.name}`"


def _text(body: bytes) -> str:
    return body.decode("utf-8", errors="replace")
