"""Delivers a model archive, and waits for the registrar's decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from config import names
from lambda_src.shared.bounded_json import MalformedJson
from lambda_src.shared.metrics import MAX_BYTES
from lambda_src.shared.metrics import parse as parse_metrics
from lambda_src.shared.registry import Approval
from rollforward.aws import objects
from rollforward.aws.pointer import registered_key
from rollforward.aws.registry import RegistryEntry, list_entries
from rollforward.errors import RollforwardError, UsageError
from rollforward.operations.history import is_newer
from rollforward.polling import poll
from rollforward.target import Target

# One invocation of the registrar takes at most 15 minutes, and Lambda retries it.
DECISION_TIMEOUT_SECONDS = 20 * 60
DECISION_LONGEST_PAUSE_SECONDS = 10
POINTER_TIMEOUT_SECONDS = 60
POINTER_LONGEST_PAUSE_SECONDS = 5
PAUSE_SECONDS = 0.25
# How many of the newest versions are searched for the delivery.
NEWEST_VERSIONS = 20


@dataclass(frozen=True)
class DeliveryResult:
    """What the registrar decided about a delivery.

    `delivered` is the key of the delivery, `version_id` its S3 version, `registered` the key of its pinned
    copy, None if the registrar refused it. `status` is the approval status.
    """

    model: str
    delivered: str
    version_id: str
    registry_version: int
    status: Approval
    reason: str
    registered: str | None

    @property
    def approved(self) -> bool:
        return self.status == Approval.APPROVED

    @property
    def waiting(self) -> bool:
        """A person must approve the version, or its metrics are still missing."""
        return self.status == Approval.PENDING


def deliver(
    target: Target,
    archive: Path,
    version: str | None,
    on_upload: Callable[[int], None],
    metrics: Path | None = None,
) -> DeliveryResult:
    """Upload `metrics`, then `archive`, as one delivery; wait for the registrar's decision.

    If the version is approved, wait for the pointer as well. Without `version`, the delivery is named by the
    current time. `on_upload` is called with the size of each uploaded part of the archive, in bytes.

    Raises UsageError, with nothing uploaded, for a file that cannot be read, for metrics that the registrar
    could not use, or for a name that is not allowed;
    RollforwardError if the model is not deployed, or if there is no decision in time.
    """
    if not archive.is_file():
        raise UsageError(f"there is no file {str(archive)!r} to deliver")
    if metrics:
        read_metrics(metrics)
    version = version or f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if not version.strip() or "/" in version or version in (".", ".."):
        raise UsageError(
            f"{version!r} cannot be the name of a version: it is empty, a dot, or contains a slash"
        )
    registered_key(target)  # raises if the model is not deployed, before anything is uploaded
    if metrics:
        # The metrics come first, so that the registrar finds them when the archive arrives.
        objects.upload(target, metrics, names.metrics_key(target.model, version))
    key = names.delivery_key(target.model, version)
    objects.upload(target, archive, key, on_upload)
    result = _wait_for_decision(target, key, objects.version_id(target, key))
    if result.approved and result.registered:
        _wait_for_pointer(target, result.registered)
    return result


def read_metrics(path: Path) -> Mapping[str, float]:
    """The numbers of a metrics.json by name. Raises UsageError if the registrar could not use them."""
    try:
        with path.open("rb") as file:
            return parse_metrics(file.read(MAX_BYTES + 1))
    except OSError as error:
        raise UsageError(f"cannot read {str(path)!r}: {error.strerror}") from error
    except MalformedJson as error:
        raise UsageError(f"{str(path)!r} {error}") from error


def _wait_for_decision(target: Target, key: str, version_id: str) -> DeliveryResult:
    entry = poll(
        lambda: _find_entry(target, version_id),
        timeout_seconds=DECISION_TIMEOUT_SECONDS,
        pause_seconds=PAUSE_SECONDS,
        longest_pause_seconds=DECISION_LONGEST_PAUSE_SECONDS,
    )
    if entry is None:
        raise RollforwardError(
            f"{key} is delivered (version id {version_id}), but the registrar has not registered it in "
            f"{DECISION_TIMEOUT_SECONDS // 60} minutes: see the log group "
            f"/aws/lambda/{names.registrar(target.environment)} and the queue "
            f"{names.dead_letter_queue(target.environment)}"
        )
    return DeliveryResult(
        model=target.model,
        delivered=key,
        version_id=version_id,
        registry_version=entry.number,
        status=entry.approval,
        reason=entry.description,
        registered=entry.key,
    )


def _find_entry(target: Target, version_id: str) -> RegistryEntry | None:
    """The newest version that was made of this delivery: metrics that arrive later add another version."""
    for entry in islice(list_entries(target), NEWEST_VERSIONS):
        if entry.metadata.get("delivery_version_id") == version_id:
            return entry
    return None


def _wait_for_pointer(target: Target, key: str) -> None:
    """Wait until the pointer names `key` or a newer version, so that an apply rolls to it.

    Return after POINTER_TIMEOUT_SECONDS as well: a person may have rejected the version.
    """
    poll(
        lambda: _is_at_or_after(registered_key(target), key) or None,
        timeout_seconds=POINTER_TIMEOUT_SECONDS,
        pause_seconds=PAUSE_SECONDS,
        longest_pause_seconds=POINTER_LONGEST_PAUSE_SECONDS,
    )


def _is_at_or_after(registered: str | None, key: str) -> bool:
    return registered == key or is_newer(registered, than=key)
