"""JSON that somebody else wrote, read within bounds that hold on every version of Python.

Python 3.13 parses JSON that is nested deeper than its own recursion limit, so whatever walks over the
result would be what fails.
"""

import json
from collections.abc import Callable, Iterable
from typing import Any

MAX_DEPTH = 32


class MalformedJson(Exception):
    """The text continues a sentence that begins with the file's name: "is not valid JSON: …"."""


def parse(
    text: bytes,
    max_bytes: int,
    pairs: Callable[[list[tuple[str, Any]]], Any] = dict,
    constant: Callable[[str], float] = float,
) -> Any:
    """The value that `text` holds: at most `max_bytes`, and nested at most MAX_DEPTH levels deep.

    `pairs` makes an object of its keys and values, `constant` a number of NaN, Infinity or -Infinity.
    Raises MalformedJson.
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
    """Level by level, without recursion."""
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
