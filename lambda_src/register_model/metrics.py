"""Metrics: the numbers of a `metrics.json`, and which delivery each such file belongs to."""

import math
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from lambda_src.register_model.cloud import ObjectVersion
from lambda_src.shared import bounded_json
from lambda_src.shared.bounded_json import MalformedJson
from lambda_src.shared.shown import shown

MAX_BYTES = 1024**2
MAX_NUMBERS = 1_000
MAX_NAME = 256
# JSON can escape half of a character, which no encoding can express.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Metrics(NamedTuple):
    """One version of a metrics.json; if there is a `problem`, it has no numbers."""

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
    """Every number by its name; names of nested objects are joined by dots. All else is left alone.

    Raises MalformedJson if the text holds no JSON object, no number, more than MAX_NUMBERS, or two under
    the same name.
    """
    said = bounded_json.parse(text, MAX_BYTES, pairs=_unique, constant=_refuse_constant)
    if not isinstance(said, dict):
        raise MalformedJson("holds no object of numbers by name")
    numbers: dict[str, float] = {}
    for name, value in _flattened(said, ""):
        _add(numbers, name, value)
        if len(numbers) > MAX_NUMBERS:
            raise MalformedJson(f"holds more than {MAX_NUMBERS:,} numbers")
    if not numbers:
        raise MalformedJson("holds no number")
    return numbers


def paired(
    archives: Sequence[ObjectVersion],
    metrics: Sequence[ObjectVersion],
    read: Callable[[ObjectVersion], Metrics],
) -> Iterator[tuple[str, Metrics | None]]:
    """Each version id of the archive with the metrics that belong to it, from old to new.

    `archives` and `metrics` are the versions of both files, newest first, as S3 lists them. Metrics belong
    to the archive before them, as long as that has no sound ones yet; else to the next. So what once belongs
    to an archive always will, however many versions follow.

    A version of the metrics is read only if the answer depends on it, and none is kept for longer.
    """
    ordered = _from_old_to_new(archives)
    before, *rounds = _rounds(ordered, _from_old_to_new(metrics))
    early = _latest(before, read)
    for archive, after in zip(ordered, rounds, strict=True):
        if early and not early.problem:
            yield archive.version_id, early
        else:
            early, after = _first_sound(after, read, early)
            yield archive.version_id, early
        early = _latest(after, read)


def _from_old_to_new(versions: Sequence[ObjectVersion]) -> list[ObjectVersion]:
    """The sort is stable: versions of the same second stay in the order in which S3 lists them."""
    ordered = list(reversed(versions))
    ordered.sort(key=_second)
    return ordered


def _rounds(
    archives: Sequence[ObjectVersion], metrics: Sequence[ObjectVersion]
) -> list[list[ObjectVersion]]:
    """The metrics before the first archive, then those after each archive until the next, from old to new.

    S3 keeps time by the second; in the same second, metrics count as the earlier.
    """
    seconds = [_second(archive) for archive in archives]
    rounds: list[list[ObjectVersion]] = [[] for _ in range(len(archives) + 1)]
    for version in metrics:
        rounds[bisect_left(seconds, _second(version))].append(version)
    return rounds


def _second(version: ObjectVersion) -> datetime:
    return version.modified.replace(microsecond=0)


def _first_sound(
    versions: list[ObjectVersion], read: Callable[[ObjectVersion], Metrics], found: Metrics | None
) -> tuple[Metrics | None, list[ObjectVersion]]:
    """The first sound metrics and the versions after it; else the last ones, or `found` if there are none."""
    for position, version in enumerate(versions, start=1):
        found = read(version)
        if not found.problem:
            return found, versions[position:]
    return found, []


def _latest(
    versions: list[ObjectVersion], read: Callable[[ObjectVersion], Metrics]
) -> Metrics | None:
    """The last sound metrics; else the last ones; None if there are no versions."""
    latest: Metrics | None = None
    for version in reversed(versions):
        found = read(version)
        if not found.problem:
            return found
        latest = latest or found
    return latest


def _flattened(said: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    """The recursion is as deep as the JSON, which is bounded."""
    for key, value in said.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number and not isinstance(value, dict):
            continue
        name = _joined(prefix, key)
        if isinstance(value, dict):
            yield from _flattened(value, f"{name}.")
        elif not _finite(value):
            raise MalformedJson(f"says that {shown(name)} is a number too large to use")
        else:
            yield name, value


def _joined(prefix: str, key: str) -> str:
    """Checked before names are joined: many long ones would take up all the memory."""
    if len(prefix) + len(key) > MAX_NAME:
        raise MalformedJson(
            f"has a name of more than {MAX_NAME} characters: {shown(prefix + key[:MAX_NAME])}"
        )
    if _LONE_SURROGATE.search(key):
        raise MalformedJson(f"has a name that is not valid Unicode: {shown(prefix + key)}")
    return prefix + key


def _finite(value: float) -> bool:
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
        raise MalformedJson(f"names {shown(name)} twice")
    found[name] = value


def _refuse_constant(name: str) -> float:
    raise MalformedJson(f"holds {name}, which is not a number")
