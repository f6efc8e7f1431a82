"""A request to an asynchronous endpoint: it goes to S3, and the answer, or why there is none, comes there."""

import uuid
from collections.abc import Callable

from lambda_src.prove_model.cloud import Cloud, InvocationFailed, NoAnswer
from lambda_src.prove_model.environment import Environment

# What is about to answer has an instance already; to wake one up takes minutes.
PATIENCE_SECONDS = 60
PAUSE_SECONDS = 2


def ask(
    cloud: Cloud,
    environment: Environment,
    model: str,
    body: bytes,
    sleep: Callable[[float], None],
) -> bytes:
    """Raises InvocationFailed with what the model says, NoAnswer if it says nothing in time."""
    request = f"{environment.requests(model)}smoke-{uuid.uuid4()}.json"
    cloud.objects.write(environment.bucket, request, body)
    places = cloud.endpoints.enqueue(
        environment.endpoint(model), f"s3://{environment.bucket}/{request}"
    )
    for _ in range(PATIENCE_SECONDS // PAUSE_SECONDS):
        sleep(PAUSE_SECONDS)
        if (answer := _read(cloud, places.answer)) is not None:
            return answer
        if (failure := _read(cloud, places.failure)) is not None:
            raise InvocationFailed(failure.decode(errors="replace"))
    raise NoAnswer(f"Its smoke request has no answer after {PATIENCE_SECONDS} seconds.")


def _read(cloud: Cloud, url: str) -> bytes | None:
    bucket, _, key = url.removeprefix("s3://").partition("/")
    return cloud.objects.read(bucket, key)
