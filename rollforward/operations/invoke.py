"""Sends a request to a model's endpoint and returns the prediction."""

import json
import uuid

from config import names
from config.schema.serving import Async
from lambda_src.shared.s3_url import S3Url
from rollforward.aws import objects, predictions
from rollforward.aws.predictions import Prediction, PredictionError, Queued
from rollforward.errors import RollforwardError
from rollforward.polling import poll
from rollforward.target import Target

# SageMaker's default limit for an asynchronous prediction, counted from the end of the wait in the queue.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
ANSWER_SECONDS = 900
PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 5


def invoke(target: Target, body: bytes, content_type: str) -> Prediction:
    """Send a request to a real-time or serverless endpoint. Raises RollforwardError if it fails."""
    try:
        return predictions.predict(target, body, content_type)
    except PredictionError as error:
        raise _no_prediction(target, f"{error}{_hint(str(error), body, content_type)}") from error


def enqueue(target: Target, serving: Async, body: bytes, content_type: str) -> Queued:
    """Write a request to S3 and add it to the queue of an asynchronous endpoint. Raises RollforwardError."""
    key = f"{names.requests_prefix(target.model)}{uuid.uuid4()}"
    request = objects.put(target, key, body, content_type)
    try:
        return predictions.enqueue(target, request, content_type, serving.expires_after_seconds)
    except PredictionError as error:
        raise _no_prediction(target, str(error)) from error


def wait_for_answer(target: Target, serving: Async, queued: Queued) -> Prediction:
    """Wait for the answer to a queued request.

    Raises RollforwardError if the model failed, or if SageMaker writes neither an answer nor a failure before
    the request expires in the queue and the model's time is over.
    """
    longest_seconds = serving.expires_after_seconds + ANSWER_SECONDS
    answer = poll(
        lambda: _find_answer(target, queued),
        timeout_seconds=longest_seconds,
        pause_seconds=PAUSE_SECONDS,
        longest_pause_seconds=LONGEST_PAUSE_SECONDS,
    )
    if answer is None:
        raise _no_prediction(
            target,
            f"after {longest_seconds} seconds there is neither {queued.answer} nor {queued.failure}.",
        )
    return answer


def _find_answer(target: Target, queued: Queued) -> Prediction | None:
    if answer := _read(target, queued.answer):
        return answer
    if failure := _read(target, queued.failure):
        raise RollforwardError(f"no prediction: {failure.body} ({queued.failure})")
    return None


def _read(target: Target, url: S3Url) -> Prediction | None:
    found = objects.read(target.region, url)
    if found is None:
        return None
    return Prediction(found.body.decode("utf-8", errors="replace"), found.content_type, None)


def _hint(refusal: str, body: bytes, content_type: str) -> str:
    """What may be wrong with a request that the model answered with a status of 400 to 499."""
    if "client error (4" not in refusal:
        return ""
    if not body.strip():
        return " The request is empty."
    if content_type == "application/json" and not _is_json(body):
        return (
            ' The request is not valid JSON: quote it for the shell, as in \'{"inputs": "a text"}\', or '
            "name its --content-type."
        )
    return (
        " The model does not accept this request: `request` of code/smoke.json in the archive, if it has "
        "one, is a request that it answers."
    )


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True


def _no_prediction(target: Target, reason: str) -> RollforwardError:
    return RollforwardError(f"no prediction: {reason} See `{target.command('status')}`")
