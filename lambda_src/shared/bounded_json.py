"""JSON from outside, parsed within limits that are the same on every version of Python.

Python 3.13 parses JSON that is nested deeper than Python's recursion limit; a function that walks over the
result would then fail.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

MAX_DEPTH = 32


class MalformedJson(Exception):
    """The message continues a sentence that begins with the file's name: "is not valid JSON: …"."""


def parse(
    text: bytes,
    max_bytes: int,
    pairs: Callable[[list[tuple[str, Any]]], Any] = dict,
    constant: Callable[[str], float] = float,
) -> Any:
    """The JSON value in `text`. Raises MalformedJson above `max_bytes` bytes or MAX_DEPTH levels.

    `pairs` converts the keys and values of an object, `constant` converts NaN, Infinity and -Infinity.
    """
    if len(text) > max_bytes:
        raise MalformedJson(f"is larger than {max_bytes:,} bytes")
    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise MalformedJson(f"is not valid JSON: {error}") from error
    if _is_deeper_than(MAX_DEPTH, value):
        raise _too_deep()
    return value


def _too_deep() -> MalformedJson:
    return MalformedJson(f"is nested more than {MAX_DEPTH} levels deep")


def _is_deeper_than(levels: int, value: Any) -> bool:
    """Walks level by level, without recursion."""
    containers = _containers([value])
    for _ in range(levels):
        containers = [
            inner
            for outer in containers
            for inner in _containers(outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(containers)


def _containers(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if isinstance(value, dict | list)]
