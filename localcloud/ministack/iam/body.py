"""What the body of a request in one of AWS's JSON protocols says."""

import json
from typing import Any


def said_in(body: bytes) -> dict[str, Any]:
    """Empty for a body that is no JSON object, or one that Python does not parse."""
    if not body.startswith(b"{"):
        return {}
    try:
        found: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found
