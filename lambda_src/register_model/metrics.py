"""Metrics: the numbers of a `metrics.json`, and which delivery each such file belongs to."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lambda_src.register_model.cloud import ObjectVersion

MAX_BYTES = 1024**2


class MalformedMetrics(Exception):
    """The text goes on from the file's name: "is no JSON: …"."""


class Metrics(NamedTuple):
    """One version of a metrics.json; if there is a `problem`, it has no numbers."""

    version_id: str
    numbers: Mapping[str, float]
    problem: str | None = None

    @classmethod
    def read(cls, version_id: str, text: bytes) -> "Metrics":
        try:
            return cls(version_id, parse(text))
        except MalformedMetrics as error:
            return cls(version_id, {}, f"metrics.json {error}")


def parse(text: bytes) -> dict[str, float]:
    """Every number by its name; names of nested objects are joined by dots. All else is left alone.

    Raises MalformedMetrics for what is no JSON object, holds no number, or one under two names that
    read the same.
    """
    if len(text) > MAX_BYTES:
        raise MalformedMetrics(f"is larger than {MAX_BYTES:,} bytes")
    try:
        said = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedMetrics(f"is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise MalformedMetrics("holds no object of numbers by name")
    numbers = _unique(list(_flattened(said, "")))
    if not numbers:
        raise MalformedMetrics("holds no number")
    return numbers


def belonging(
    archives: Sequence[ObjectVersion], metrics: Sequence[tuple[ObjectVersion, Metrics]]
) -> dict[str, Metrics]:
    """For each version id of the archive, the metrics that came with it. Both newest first, as S3 lists.

    Metrics belong to the archive before them, as long as that has no sound ones yet; else to the next.
    So what once belongs to an archive always will, however many versions follow.
    """
    found: dict[str, Metrics] = {}
    waiting: str | None = None
    early: Metrics | None = None
    for item in _timeline(archives, metrics):
        if isinstance(item, Metrics) and waiting is not None:
            found[waiting] = item
            waiting = waiting if item.problem else None
        elif isinstance(item, Metrics):
            early = early if early and not early.problem and item.problem else item
        else:
            waiting = item
            if early is not None:
                found[waiting] = early
                waiting = waiting if early.problem else None
            early = None
    return found


def _timeline(
    archives: Sequence[ObjectVersion], metrics: Sequence[tuple[ObjectVersion, Metrics]]
) -> list[str | Metrics]:
    """From old to new. S3 keeps time by the second; in the same one, metrics count as the earlier."""
    dated: list[tuple[ObjectVersion, str | Metrics]] = [
        *((version, read) for version, read in reversed(metrics)),
        *((version, version.version_id) for version in reversed(archives)),
    ]
    # The sort is stable: versions of one key stay in the order that S3 lists them.
    return [
        item for _, item in sorted(dated, key=lambda one: one[0].modified.replace(microsecond=0))
    ]


def _flattened(said: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, float]]:
    for name, value in said.items():
        if isinstance(value, dict):
            yield from _flattened(value, f"{prefix}{name}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            if not _finite(value):
                raise MalformedMetrics(f"says {prefix}{name} is too large a number")
            yield prefix + name, value


def _finite(value: float) -> bool:
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise MalformedMetrics(f"names {name!r} twice")
        found[name] = value
    return found


def _refuse_constant(name: str) -> float:
    raise MalformedMetrics(f"holds {name}, which is no number")
