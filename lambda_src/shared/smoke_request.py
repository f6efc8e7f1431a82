"""`code/smoke.json`: a request that a model comes with, and what the answer must contain.

{"request": {"inputs": "what a lovely day"}, "answer": {"label": "positive"}}
"""

from dataclasses import dataclass
from typing import Any

from lambda_src.shared.bounded_json import MalformedJson, parse
from lambda_src.shared.quoted import quoted

MAX_BYTES = 1024**2


@dataclass(frozen=True)
class SmokeRequest:
    """Two JSON values; an `answer` of None, as in a file without an answer, accepts any answer."""

    request: Any
    answer: Any = None

    @classmethod
    def parse(cls, text: bytes) -> "SmokeRequest":
        """Raises MalformedJson."""
        content = parse(text, MAX_BYTES)
        if not isinstance(content, dict) or "request" not in content:
            raise MalformedJson('does not contain {"request": …}')
        if unknown := content.keys() - {"request", "answer"}:
            raise MalformedJson(
                f"has an unknown key {quoted(min(unknown))}; it may have request, answer"
            )
        return cls(content["request"], content.get("answer"))

    def accepts(self, answer: Any) -> bool:
        return self.answer is None or _contains(answer, self.answer)


def _contains(found: Any, wanted: Any) -> bool:
    """Objects may contain further keys, at any depth; all other values must be equal."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(
            key in found and _contains(found[key], value) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(found) == len(wanted)
            and all(map(_contains, found, wanted))
        )
    # In Python, True equals 1.
    return bool(found == wanted and isinstance(found, bool) is isinstance(wanted, bool))
