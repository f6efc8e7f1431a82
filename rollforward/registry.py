"""The history of a model: what the registry knows of its versions, and the verdicts that people change."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from config import names
from config.settings import Environment
from rollforward import aws
from rollforward.errors import RollforwardError
from rollforward.status import registered, status

Decision = Literal["Approved", "Rejected"]
APPROVED: Decision = "Approved"
REJECTED: Decision = "Rejected"
# EventBridge and the registrar take a few seconds.
POINTER_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Version:
    """One version; `key` is its pinned copy, None if it was refused."""

    number: int
    delivered: str
    delivered_at: str
    verdict: str
    reason: str
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
    client = aws.sagemaker(environment)
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
) -> Version:
    """Approve or reject a version; the registrar then chooses anew.

    Raises RollforwardError if there is no such version, or if it was refused and so has nothing to serve.
    """
    version = _find(history(environment, model), model, number)
    if version.key is None:
        raise RollforwardError(
            f"version {number} of {model} was refused, there is nothing to serve: {version.reason}"
        )
    aws.sagemaker(environment).update_model_package(
        ModelPackageArn=version.arn, ModelApprovalStatus=verdict, ApprovalDescription=reason
    )
    return _find(history(environment, model), model, number)


def revert(environment: Environment, model: str, to: int | None, reason: str) -> Revert:
    """Reject the registered version, and those before it down to `to`; wait for the pointer to follow.

    Raises RollforwardError, with nothing changed, if there is no approved version to go back to.
    """
    versions = history(environment, model)
    before = registered(environment, model)
    if before is None:
        raise RollforwardError(f"{model} has no registered version to revert")
    target = _find(versions, model, to) if to is not None else None
    if target and target.verdict != APPROVED:
        raise RollforwardError(f"version {to} of {model} is {target.verdict}: approve it first")
    if not any(one.verdict == APPROVED and one.key not in (None, before) for one in versions):
        raise RollforwardError(f"{model} has no other approved version to go back to")
    rejected: list[int] = []
    now: str | None = before
    while now is not None and now != (target.key if target else None):
        rejected += _reject(environment, versions, now, reason)
        now = _pointer_after(environment, model, now)
        if target is None:
            break
    if now is None:
        raise RollforwardError(f"{model} has no approved version left, {rejected} are rejected now")
    return Revert(model, rejected, before, now)


def _reject(
    environment: Environment, versions: list[Version], key: str, reason: str
) -> Iterator[int]:
    """Each version of this key: an event that came twice may have made two."""
    for version in versions:
        if version.key == key and version.verdict != REJECTED:
            aws.sagemaker(environment).update_model_package(
                ModelPackageArn=version.arn,
                ModelApprovalStatus=REJECTED,
                ApprovalDescription=reason,
            )
            yield version.number


def _pointer_after(environment: Environment, model: str, key: str) -> str | None:
    waiting = Retrying(
        retry=retry_if_result(lambda now: now == key),
        wait=wait_fixed(0.5),
        stop=stop_after_delay(POINTER_TIMEOUT_SECONDS),
    )
    try:
        found: str | None = waiting(registered, environment, model)
    except RetryError:
        raise RollforwardError(
            f"the version is rejected, but the pointer still names it after {POINTER_TIMEOUT_SECONDS} s: "
            f"look into /aws/lambda/{names.registrar(environment)}"
        ) from None
    return found


def _find(versions: list[Version], model: str, number: int) -> Version:
    for version in versions:
        if version.number == number:
            return version
    known = ", ".join(str(version.number) for version in versions) or "none"
    raise RollforwardError(f"{model} has no version {number}; it has: {known}")


def _version(
    environment: Environment, arn: str, registered_key: str | None, live_key: str | None
) -> Version:
    found = aws.sagemaker(environment).describe_model_package(ModelPackageName=arn)
    metadata = found.get("CustomerMetadataProperties", {})
    url = found["InferenceSpecification"]["Containers"][0].get("ModelDataUrl", "")
    key = names.key_in(url)
    return Version(
        number=found["ModelPackageVersion"],
        delivered=metadata.get("delivery_version", ""),
        delivered_at=metadata.get("delivered_at", ""),
        verdict=found["ModelApprovalStatus"],
        reason=found.get("ApprovalDescription") or found.get("ModelPackageDescription", ""),
        key=key,
        arn=arn,
        is_registered=key is not None and key == registered_key,
        is_live=key is not None and key == live_key,
    )
