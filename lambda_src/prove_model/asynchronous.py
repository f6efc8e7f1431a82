"""A request to an asynchronous endpoint, which reads the request from S3 and writes the answer to S3."""

import uuid

from lambda_src.prove_model.cloud import InvocationFailed, NoAnswer, ProverCloud
from lambda_src.prove_model.names import Names
from lambda_src.shared.s3_url import S3Url

# An endpoint that is about to answer has an instance; to start the first instance takes minutes.
TIMEOUT_SECONDS = 60
PAUSE_SECONDS = 2


def invoke_asynchronously(cloud: ProverCloud, names: Names, model: str, body: bytes) -> bytes:
    """The answer. Raises InvocationFailed with the model's error, NoAnswer if nothing arrives in time."""
    request = S3Url(names.bucket, f"{names.requests(model)}smoke-{uuid.uuid4()}.json")
    cloud.objects.write(request, body)
    queued = cloud.invocations.enqueue(names.endpoint(model), request)
    for _ in range(TIMEOUT_SECONDS // PAUSE_SECONDS):
        cloud.sleep(PAUSE_SECONDS)
        if (answer := cloud.objects.read(queued.answer)) is not None:
            return answer
        if (failure := cloud.objects.read(queued.failure)) is not None:
            raise InvocationFailed(failure.decode(errors="replace"))
    raise NoAnswer(f"Its smoke request has no answer after {TIMEOUT_SECONDS} seconds.")
