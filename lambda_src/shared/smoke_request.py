"""`code/smoke.json`: a request that a model brings along, and what the answer to it must contain.

{"request": {"inputs": "what a lovely day"}, "answer": {"label": "positive"}}
"""

from dataclasses import dataclass
from typing import Any

from lambda_src.shared.bounded_json import MalformedJson, parse
from lambda_src.shared.quoted import quoted

MAX_BYTES = 1024**2


@dataclass(frozen=True)
class SmokeRequest:
    """Both are JSON values; an `answer` of None, as in a file without one, accepts any answer."""

    request: Any
    answer: Any = None

    @classmethod
    def parse(cls, text: bytes) -> "SmokeRequest":
        """Raises MalformedJson."""
        said = parse(text, MAX_BYTES)
        if not isinstance(said, dict) or "request" not in said:
            raise MalformedJson('holds no {"request": …}')
        if unknown := said.keys() - {"request", "answer"}:
            raise MalformedJson(
                f"has an unknown key {quoted(min(unknown))}; it may have request, answer"
            )
        return cls(said["request"], said.get("answer"))

    def accepts(self, answer: Any) -> bool:
        return self.answer is None or _contains(answer, self.answer)


def _contains(found: Any, wanted: Any) -> bool:
    """Objects may hold more than is wanted, at any depth; everything else is equal."""
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
    # For Python, True is 1.
    return bool(found == wanted and isinstance(found, bool) is isinstance(wanted, bool))
