"""The history of a model: what the registry knows of its versions, and the verdicts that people change."""

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from config import names
from config.schema.settings import Environment
from lambda_src.shared.description import description
from rollforward.aws import clients
from rollforward.errors import RollforwardError
from rollforward.operations.status import registered, status

Decision = Literal["Approved", "Rejected"]
APPROVED: Decision = "Approved"
REJECTED: Decision = "Rejected"
PENDING = "PendingManualApproval"
METRICS_PREFIX = "metrics."
# EventBridge and the registrar take a few seconds.
POINTER_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Version:
    """One version; `key` is its pinned copy, None if there was nothing to serve in the delivery.

    Metrics that came after their model made a second version of the same key.
    """

    number: int
    delivered: str
    delivered_at: str
    verdict: str
    reason: str
    metrics: dict[str, float]
    key: str | None
    arn: str
    is_registered: bool
    is_live: bool


@dataclass(frozen=True)
class Revert:
    """`rejected` are the numbers of the versions that were given up; `registered` is the key gone back to."""

    model: str
    rejected: list[int]
    before: str
    registered: str


def history(environment: Environment, model: str) -> list[Version]:
    """Every version, newest first. Raises RollforwardError if the model is not deployed."""
    now = status(environment, model)
    client = clients.sagemaker(environment)
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=names.package_group(environment, model),
        SortBy="CreationTime",
        SortOrder="Descending",
        PaginationConfig={"PageSize": 100},
    )
    arns = [one["ModelPackageArn"] for page in pages for one in page["ModelPackageSummaryList"]]
    return [_version(environment, arn, now.registered, now.live) for arn in arns]


def decide(
    environment: Environment,
    model: str,
    number: int,
    verdict: Decision,
    reason: str,
) -> list[Version]:
    """Approve or reject every version of this one's key; the registrar then chooses anew.

    Raises RollforwardError if there is no such version, or if it was refused and so has nothing to serve.
    """
    versions = history(environment, model)
    version = find(versions, model, number)
    if version.key is None:
        raise RollforwardError(
            f"version {number} of {model} was refused, there is nothing to serve: {version.reason}"
        )
    _decide(environment, versions, version.key, verdict, reason)
    return [one for one in history(environment, model) if one.key == version.key]


def rejected(environment: Environment, model: str, key: str, reason: str) -> list[Version]:
    """Every version of this key; those that are not rejected yet are, for `reason`."""
    versions = [one for one in history(environment, model) if one.key == key]
    undecided = [one for one in versions if one.verdict != REJECTED]
    _decide(environment, undecided, key, REJECTED, reason)
    return [
        replace(one, verdict=REJECTED, reason=reason) if one in undecided else one
        for one in versions
    ]


def revert(environment: Environment, model: str, to: int | None, reason: str) -> Revert:
    """Reject the registered version, and those before it down to `to`; wait for the pointer to follow.

    Raises RollforwardError, with nothing changed, if there is no approved version to go back to.
    """
    versions = history(environment, model)
    before = registered(environment, model)
    if before is None:
        raise RollforwardError(f"{model} has no registered version to revert")
    target = find(versions, model, to) if to is not None else None
    if target and (verdict := _verdict(versions, target)) != APPROVED:
        raise RollforwardError(f"version {to} of {model} is {verdict}: approve it first")
    others = [one for one in versions if one.key not in (None, before)]
    if not any(_verdict(versions, one) == APPROVED for one in others):
        raise RollforwardError(f"{model} has no other approved version to go back to")
    rejected: list[int] = []
    now: str | None = before
    while now is not None and now != (target.key if target else None):
        rejected += _decide(environment, versions, now, REJECTED, reason)
        now = _followed(environment, model, now)
        if target is None:
            break
    if now is None:
        raise RollforwardError(f"{model} has no approved version left, {rejected} are rejected now")
    return Revert(model, rejected, before, now)


def find(versions: Sequence[Version], model: str, number: int) -> Version:
    """Raises RollforwardError, naming the versions there are."""
    for version in versions:
        if version.number == number:
            return version
    known = ", ".join(str(version.number) for version in versions) or "none"
    raise RollforwardError(f"{model} has no version {number}; it has: {known}")


def pointer_after(environment: Environment, model: str, key: str) -> str | None:
    """What the pointer names once `key` is rejected; `key` itself if it never follows."""
    waiting = Retrying(
        retry=retry_if_result(lambda now: now == key),
        wait=wait_fixed(0.5),
        stop=stop_after_delay(POINTER_TIMEOUT_SECONDS),
        retry_error_callback=lambda _: key,
    )
    found: str | None = waiting(registered, environment, model)
    return found


def _followed(environment: Environment, model: str, key: str) -> str | None:
    found = pointer_after(environment, model, key)
    if found == key:
        raise RollforwardError(
            f"the version is rejected, but the pointer still names it after {POINTER_TIMEOUT_SECONDS} s: "
            f"look into /aws/lambda/{names.registrar(environment)}"
        )
    return found


def _decide(
    environment: Environment, versions: Sequence[Version], key: str, verdict: Decision, reason: str
) -> list[int]:
    """All versions of a key at once: one rejection outweighs any approval of the others."""
    client = clients.sagemaker(environment)
    decided = [version for version in versions if version.key == key]
    for version in decided:
        client.update_model_package(
            ModelPackageArn=version.arn,
            ModelApprovalStatus=verdict,
            ApprovalDescription=description(reason),
        )
    return [version.number for version in decided]


def _verdict(versions: Sequence[Version], of: Version) -> str:
    """What the registrar makes of all versions of a key."""
    verdicts = {one.verdict for one in versions if one.key == of.key}
    return next((one for one in (REJECTED, APPROVED) if one in verdicts), PENDING)


def _version(
    environment: Environment, arn: str, registered_key: str | None, live_key: str | None
) -> Version:
    found = clients.sagemaker(environment).describe_model_package(ModelPackageName=arn)
    metadata = found.get("CustomerMetadataProperties", {})
    url = found["InferenceSpecification"]["Containers"][0].get("ModelDataUrl", "")
    key = names.key_in(url)
    return Version(
        number=found["ModelPackageVersion"],
        delivered=metadata.get("delivery_version", ""),
        delivered_at=metadata.get("delivered_at", ""),
        verdict=found["ModelApprovalStatus"],
        reason=found.get("ApprovalDescription") or found.get("ModelPackageDescription", ""),
        metrics=_metrics(metadata),
        key=key,
        arn=arn,
        is_registered=key is not None and key == registered_key,
        is_live=key is not None and key == live_key,
    )


def _metrics(metadata: Mapping[str, str]) -> dict[str, float]:
    """Those that are numbers: people may write anything there."""
    found = {}
    for name, text in sorted(metadata.items()):
        if name.startswith(METRICS_PREFIX):
            with suppress(ValueError):
                found[name.removeprefix(METRICS_PREFIX)] = _number(text)
    return {name: value for name, value in found.items() if math.isfinite(value)}


def _number(text: str) -> float:
    """A whole one stays whole, so that it is shown as it was written."""
    try:
        return int(text)
    except ValueError:
        return float(text)
