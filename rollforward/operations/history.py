"""The history of a model: its versions in the registry, newest first."""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from lambda_src.shared.pinned_key import PinnedKey
from lambda_src.shared.registry import Approval
from rollforward.aws.registry import (
    ListedVersion,
    RegistryEntry,
    describe,
    list_entries,
    list_versions,
)
from rollforward.errors import RollforwardError
from rollforward.operations.status import Status, status
from rollforward.target import Target

METRICS_PREFIX = "metrics."
# One rejection outweighs any approval of the same key.
_WEIGHT = [Approval.PENDING, Approval.APPROVED, Approval.REJECTED]
# How many of the existing versions an error names.
_NAMED = 20


@dataclass(frozen=True)
class Version:
    """One version. `verdict` is its approval status, `reason` why it has that status.

    `key` is the key of its pinned copy, None if the registrar refused the delivery. Two versions have the
    same key if the metrics arrived after the model.
    """

    number: int
    delivered: str
    delivered_at: str
    verdict: Approval
    reason: str
    metrics: dict[str, float]
    key: str | None
    arn: str
    is_registered: bool
    is_live: bool


Numbered = TypeVar("Numbered", ListedVersion, Version)


def history(target: Target, limit: int | None = None) -> list[Version]:
    """The newest `limit` versions, or every version, newest first; each takes one request.

    Raises RollforwardError if the model is not deployed.
    """
    now = status(target)
    return [_version(entry, now) for entry in islice(list_entries(target), limit)]


def version(target: Target, number: int) -> Version:
    """Raises RollforwardError, naming the versions that exist, if there is none with this number."""
    now = status(target)
    listed = find_version(list_versions(target), target.model, number)
    return _version(describe(target, listed.arn), now)


def versions_with_key_of(target: Target, *numbers: int) -> list[Version]:
    """The versions with these numbers and all that have the same keys, newest first.

    Raises RollforwardError if one of the numbers does not exist.
    """
    now = status(target)
    listed = list_versions(target)
    named = [find_version(listed, target.model, number) for number in numbers]
    keys = {one.key for one in named} - {None}
    chosen = [one for one in listed if one in named or one.key in keys]
    return [_version(describe(target, one.arn), now) for one in chosen]


def describe_versions(target: Target, listed: Iterable[ListedVersion]) -> list[Version]:
    """What the registry says of these versions now."""
    now = status(target)
    return [_version(describe(target, one.arn), now) for one in listed]


def find_version(versions: Sequence[Numbered], model: str, number: int) -> Numbered:
    """Raises RollforwardError, naming the versions that exist."""
    for version in versions:
        if version.number == number:
            return version
    known = ", ".join(str(version.number) for version in versions[:_NAMED]) or "none"
    older = f" and {len(versions) - _NAMED} older ones" if len(versions) > _NAMED else ""
    raise RollforwardError(f"{model} has no version {number}; it has: {known}{older}")


def approvals_of_keys(versions: Iterable[ListedVersion]) -> dict[str, Approval]:
    """The approval status that the registrar derives from all versions of a key, by key."""
    found: dict[str, Approval] = {}
    for one in versions:
        if one.key is not None:
            found[one.key] = max(found.get(one.key, one.approval), one.approval, key=_WEIGHT.index)
    return found


def name_of_key(versions: Sequence[ListedVersion], key: str) -> str:
    """The newest version that has this key, for a message; the key itself if no version has it."""
    return next((f"version {one.number}" for one in versions if one.key == key), key)


def is_newer(key: str | None, than: str) -> bool:
    """Whether the delivery of a pinned copy is newer than another one."""
    one, other = PinnedKey.parse(key or ""), PinnedKey.parse(than)
    return one is not None and other is not None and one > other


def _version(entry: RegistryEntry, now: Status) -> Version:
    return Version(
        number=entry.number,
        delivered=entry.metadata.get("delivery_version", ""),
        delivered_at=entry.metadata.get("delivered_at", ""),
        verdict=entry.approval,
        reason=entry.approval_reason or entry.description,
        metrics=_metrics(entry.metadata),
        key=entry.key,
        arn=entry.arn,
        is_registered=entry.key is not None and entry.key == now.registered,
        is_live=entry.key is not None and entry.key == now.live,
    )


def _metrics(metadata: Mapping[str, str]) -> dict[str, float]:
    """The finite numbers among the metrics, by name: a person may write any text there."""
    metrics = {}
    for name, text in sorted(metadata.items()):
        if name.startswith(METRICS_PREFIX):
            with suppress(ValueError):
                metrics[name.removeprefix(METRICS_PREFIX)] = _number(text)
    return {name: value for name, value in metrics.items() if math.isfinite(value)}


def _number(text: str) -> float:
    """An integer stays an integer, so that it is shown as it was written."""
    try:
        return int(text)
    except ValueError:
        return float(text)
