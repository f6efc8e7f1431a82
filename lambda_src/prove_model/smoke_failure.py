"""What is wrong with a model's answer to its smoke request."""

import json
from collections.abc import Callable
from typing import Any

from lambda_src.prove_model.cloud import InvocationFailed
from lambda_src.shared.objects import MAX_READ_BYTES
from lambda_src.shared.smoke_request import SmokeRequest

# Characters of the request and of the required answer, so that a description has room for the actual answer.
_MAX_SHOWN = 250


def smoke_failure(smoke: SmokeRequest, invoke: Callable[[bytes], bytes]) -> str | None:
    """Send the request with `invoke`; return what is wrong with the answer, None if nothing is."""
    start = f"Its smoke request failed. Sent: {_shortened(smoke.request)}."
    try:
        answer = invoke(json.dumps(smoke.request).encode())
    except InvocationFailed as error:
        return f"{start} Got an error: {error}"
    if smoke.answer is None:
        return None
    start = f"{start} The answer must contain: {_shortened(smoke.answer)}."
    if len(answer) > MAX_READ_BYTES:
        return f"{start} The answer has more than {MAX_READ_BYTES:,} bytes, which are not read."
    if _is_accepted(smoke, answer):
        return None
    return f"{start} Answered: {answer.decode(errors='replace')}"


def _is_accepted(smoke: SmokeRequest, answer: bytes) -> bool:
    try:
        return smoke.accepts(json.loads(answer))
    except (ValueError, RecursionError):
        return False


def _shortened(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
