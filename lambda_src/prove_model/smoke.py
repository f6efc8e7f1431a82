"""The smoke request, sent to what is live."""

import json
from collections.abc import Callable
from typing import Any

from lambda_src.prove_model.cloud import InvocationFailed
from lambda_src.register_model.cloud import MAX_SMALL
from lambda_src.shared.smoke import SmokeRequest

# Of what was sent and wanted, so that a description has room for what came back.
_MAX_SHOWN = 250


def failure(smoke: SmokeRequest, invoke: Callable[[bytes], bytes]) -> str | None:
    """What is wrong with the answer to the smoke request; None if it is as it must be."""
    start = f"Its smoke request failed. Sent: {_shown(smoke.request)}."
    try:
        answer = invoke(json.dumps(smoke.request).encode())
    except InvocationFailed as error:
        return f"{start} Got an error: {error}"
    if smoke.answer is None:
        return None
    start = f"{start} The answer must contain: {_shown(smoke.answer)}."
    if len(answer) > MAX_SMALL:
        return f"{start} It has more than {MAX_SMALL:,} bytes, which is more than is read of it."
    if _accepts(smoke, answer):
        return None
    return f"{start} Answered: {answer.decode(errors='replace')}"


def _accepts(smoke: SmokeRequest, answer: bytes) -> bool:
    try:
        return smoke.accepts(json.loads(answer))
    except (ValueError, RecursionError):
        return False


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"
