"""The numbers of a `metrics.json`."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from lambda_src.shared import bounded_json
from lambda_src.shared.bounded_json import MalformedJson
from lambda_src.shared.quoted import quoted

MAX_BYTES = 1024**2
MAX_NUMBERS = 1_000
MAX_NAME = 256
# SageMaker keeps 50 properties with a version; four describe the delivery.
MAX_KEPT = 46
_KEPT_NAME = re.compile(r"[\w.:/=+\-@]{1,120}")
# JSON can escape half of a surrogate pair, which no encoding can express.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Metrics(NamedTuple):
    """One version of a metrics.json; if it is malformed, `problem` says why and `numbers` is empty."""

    version_id: str
    numbers: Mapping[str, float]
    problem: str | None = None

    @classmethod
    def read(cls, version_id: str, text: bytes) -> "Metrics":
        try:
            return cls(version_id, parse(text))
        except MalformedJson as error:
            return cls(version_id, {}, f"metrics.json {error}")


def parse(text: bytes) -> dict[str, float]:
    """Every number by its name; dots join the names of nested objects. Other values are ignored.

    Raises MalformedJson if the text is not a JSON object, or if it contains no number, more than MAX_NUMBERS
    numbers, or two values under the same name.
    """
    content = bounded_json.parse(text, MAX_BYTES, pairs=_unique, constant=_refuse_constant)
    if not isinstance(content, dict):
        raise MalformedJson("is not a JSON object of numbers by name")
    numbers: dict[str, float] = {}
    for name, value in _flattened(content, ""):
        _add(numbers, name, value)
        if len(numbers) > MAX_NUMBERS:
            raise MalformedJson(f"contains more than {MAX_NUMBERS:,} numbers")
    if not numbers:
        raise MalformedJson("contains no number")
    return numbers


def kept_names(numbers: Iterable[str], first: Iterable[str]) -> list[str]:
    """The names of the metrics that the registry keeps with a version; those in `first` take precedence.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
    """
    leading = set(first)
    fitting = filter(_KEPT_NAME.fullmatch, numbers)
    return sorted(fitting, key=lambda name: name not in leading)[:MAX_KEPT]


def _flattened(content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    """The recursion is at most as deep as the JSON, whose depth is limited."""
    for key, value in content.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number and not isinstance(value, dict):
            continue
        name = _joined(prefix, key)
        if isinstance(value, dict):
            yield from _flattened(value, f"{name}.")
        elif not _is_finite(value):
            raise MalformedJson(f"contains a number that is too large: {quoted(name)}")
        else:
            yield name, value


def _joined(prefix: str, key: str) -> str:
    """The length is checked before names are joined, because many long names would fill the memory."""
    if len(prefix) + len(key) > MAX_NAME:
        raise MalformedJson(
            f"has a name of more than {MAX_NAME} characters: {quoted(prefix + key[:MAX_NAME])}"
        )
    if _LONE_SURROGATE.search(key):
        raise MalformedJson(f"has a name that is not valid Unicode: {quoted(prefix + key)}")
    return prefix + key


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        _add(found, name, value)
    return found


def _add(found: dict[str, Any], name: str, value: Any) -> None:
    if name in found:
        raise MalformedJson(f"contains {quoted(name)} twice")
    found[name] = value


def _refuse_constant(name: str) -> float:
    raise MalformedJson(f"contains {name}, which is not a number")
