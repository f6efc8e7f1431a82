"""Delivers a model archive, and waits for what the registrar makes of it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_delay,
    wait_exponential,
)

from config import names
from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.errors import RollforwardError, UsageError
from rollforward.operations.history import APPROVED, PENDING
from rollforward.operations.status import registered

# The registrar's own limit is 15 minutes, and it is retried.
VERDICT_TIMEOUT_SECONDS = 20 * 60
POINTER_TIMEOUT_SECONDS = 60
NEWEST_VERSIONS = 20


@dataclass(frozen=True)
class Verdict:
    """What became of a delivery: `Approved`, `Rejected` or `PendingManualApproval`, and why."""

    model: str
    delivered: str
    version_id: str
    registry_version: int
    status: str
    reason: str
    registered: str | None

    @property
    def approved(self) -> bool:
        return self.status == APPROVED

    @property
    def waiting(self) -> bool:
        """For somebody to approve it, or for its metrics."""
        return self.status == PENDING


class _NoVerdictYetError(Exception):
    pass


def deliver(
    environment: Environment,
    model: str,
    archive: Path,
    version: str | None,
    uploaded: Callable[[int], None],
    metrics: Path | None = None,
) -> Verdict:
    """Upload `archive`, and `metrics` before it, as a delivery of `model`; wait for its verdict.

    If the version is approved, wait for the pointer as well.
    `version` is the time of day if none is given; `uploaded` is told of every chunk of the archive, in bytes.
    Raises UsageError, with nothing uploaded, for what can't be delivered; RollforwardError if the model is
    not deployed yet or the verdict does not come.
    """
    environment.model(model)
    if not archive.is_file():
        raise UsageError(f"no file {str(archive)!r} to deliver")
    if metrics:
        _check_metrics(metrics)
    version = version or f"{datetime.now(UTC):%Y%m%d-%H%M%S}"
    if not version.strip() or "/" in version or version in (".", ".."):
        raise UsageError(
            f"the version {version!r} names no folder: it is empty, a dot, or holds a slash"
        )
    registered(environment, model)  # nothing is uploaded where nothing would read it
    if metrics:
        # First, so that the archive is judged with them at once.
        _upload(environment, metrics, names.metrics_key(model, version), lambda _: None)
    key = names.delivery_key(model, version)
    _upload(environment, archive, key, uploaded)
    bucket = names.model_bucket(environment)
    version_id = clients.s3(environment).head_object(Bucket=bucket, Key=key)["VersionId"]
    verdict = _verdict(environment, model, key, version_id)
    if verdict.approved and verdict.registered:
        _wait_for_pointer(environment, model, verdict.registered)
    return verdict


def _wait_for_pointer(environment: Environment, model: str, key: str) -> None:
    """Return when the pointer names `key` or a newer one: an apply right after the delivery then rolls to it.

    Also after POINTER_TIMEOUT_SECONDS: somebody may have rejected the version meanwhile.
    """
    # Pinned keys sort by the time of their delivery.
    waiting = Retrying(
        retry=retry_if_result(lambda pointer: (pointer or "") < key),
        wait=wait_exponential(multiplier=0.25, max=5),
        stop=stop_after_delay(POINTER_TIMEOUT_SECONDS),
        retry_error_callback=lambda _: None,
    )
    waiting(registered, environment, model)


def _check_metrics(path: Path) -> None:
    try:
        said = json.loads(path.read_bytes())
    except OSError as error:
        raise UsageError(f"can't read {str(path)!r}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{str(path)!r} is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise UsageError(f"{str(path)!r} holds no JSON object of numbers by name")


def _upload(
    environment: Environment, file: Path, key: str, uploaded: Callable[[int], None]
) -> None:
    bucket = names.model_bucket(environment)
    client = clients.s3(environment)
    try:
        with file.open("rb") as body:
            client.upload_fileobj(body, bucket, key, Callback=uploaded)
    except OSError as error:
        raise UsageError(f"can't read {str(file)!r}: {error.strerror}") from error
    except client.exceptions.NoSuchBucket as error:
        raise RollforwardError(
            f"the bucket {bucket} is not there: deploy the stack "
            f"{names.stack(environment, 's3')} first"
        ) from error


def _verdict(environment: Environment, model: str, key: str, version_id: str) -> Verdict:
    waiting = Retrying(
        retry=retry_if_exception_type(_NoVerdictYetError),
        wait=wait_exponential(multiplier=0.25, max=10),
        stop=stop_after_delay(VERDICT_TIMEOUT_SECONDS),
    )
    try:
        return waiting(_find, environment, model, key, version_id)
    except RetryError:
        raise RollforwardError(
            f"{key} is delivered (version id {version_id}), but the registrar has said nothing in "
            f"{VERDICT_TIMEOUT_SECONDS // 60} minutes: look into /aws/lambda/{names.registrar(environment)} "
            f"and the queue {names.dead_letter_queue(environment)}"
        ) from None


def _find(environment: Environment, model: str, key: str, version_id: str) -> Verdict:
    """The newest version in the registry that was made of this delivery: later metrics add one."""
    client = clients.sagemaker(environment)
    newest = client.list_model_packages(
        ModelPackageGroupName=names.package_group(environment, model),
        SortBy="CreationTime",
        SortOrder="Descending",
        MaxResults=NEWEST_VERSIONS,
    )
    for summary in newest["ModelPackageSummaryList"]:
        found = client.describe_model_package(ModelPackageName=summary["ModelPackageArn"])
        if found.get("CustomerMetadataProperties", {}).get("delivery_version_id") != version_id:
            continue
        url = found["InferenceSpecification"]["Containers"][0].get("ModelDataUrl", "")
        return Verdict(
            model=model,
            delivered=key,
            version_id=version_id,
            registry_version=found["ModelPackageVersion"],
            status=found["ModelApprovalStatus"],
            reason=found.get("ModelPackageDescription", ""),
            registered=names.key_in(url),
        )
    raise _NoVerdictYetError
