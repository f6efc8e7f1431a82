"""The history of a model: its versions in the registry, newest first."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from lambda_src.shared.registry import Approval
from rollforward.aws.registry import RegistryEntry, list_entries
from rollforward.errors import RollforwardError
from rollforward.operations.status import Status, status
from rollforward.target import Target

METRICS_PREFIX = "metrics."


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


def history(target: Target) -> list[Version]:
    """Every version, newest first. Raises RollforwardError if the model is not deployed."""
    now = status(target)
    return [_version(entry, now) for entry in list_entries(target)]


def find_version(versions: Sequence[Version], model: str, number: int) -> Version:
    """Raises RollforwardError, naming the versions that exist."""
    for version in versions:
        if version.number == number:
            return version
    known = ", ".join(str(version.number) for version in versions) or "none"
    raise RollforwardError(f"{model} has no version {number}; it has: {known}")


def approval_of_key(versions: Sequence[Version], key: str | None) -> Approval:
    """The approval status that the registrar derives from all versions of a key."""
    approvals = {one.verdict for one in versions if one.key == key}
    for approval in (Approval.REJECTED, Approval.APPROVED):
        if approval in approvals:
            return approval
    return Approval.PENDING


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
