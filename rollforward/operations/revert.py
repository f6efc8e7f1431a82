"""Reverts a model: rejects its registered version, so that the pointer goes back to an earlier one."""

from collections.abc import Callable
from dataclasses import dataclass

from lambda_src.shared.registry import Approval
from rollforward.aws.pointer import registered_key
from rollforward.aws.registry import ListedVersion, list_versions
from rollforward.errors import RollforwardError
from rollforward.operations.decide import require_moved_pointer, set_approval_of_key
from rollforward.operations.history import approvals_of_keys, find_version, is_newer, name_of_key
from rollforward.target import Target


@dataclass(frozen=True)
class Revert:
    """`rejected` are the numbers of the rejected versions.

    `before` is the key that the pointer named before the revert, `registered` the key that it names now.
    """

    model: str
    rejected: list[int]
    before: str
    registered: str


def revert(target: Target, to: int | None, reason: str, report: Callable[[str], None]) -> Revert:
    """Reject the registered version, and every one before it down to version `to`; wait for the pointer.

    `report` is called with each step that is done, so that a person who interrupts the wait knows it.
    Raises RollforwardError, with nothing changed, if there is no approved version to return to.
    """
    before = registered_key(target)
    if before is None:
        raise RollforwardError(f"{target.model} has no registered version to revert")
    versions = list_versions(target)
    end = _end(target, versions, before, to)
    rejected: list[int] = []
    now: str | None = before
    while now is not None and now != end:
        numbers = set_approval_of_key(target, versions, now, Approval.REJECTED, reason)
        rejected += numbers
        report(f"rejected: {_listed(numbers)}")
        now = require_moved_pointer(target, now)
        if end is None:
            break
        versions = list_versions(target)  # a version may have been registered meanwhile
    if now is None:
        raise RollforwardError(
            f"{target.model} has no approved version left; rejected: {_listed(rejected)}"
        )
    report(f"the pointer names {now}")
    return Revert(target.model, rejected, before, now)


def _end(target: Target, versions: list[ListedVersion], before: str, to: int | None) -> str | None:
    """The key of version `to`; None if the revert goes back one version.

    Raises RollforwardError if that version, or every other version, is not approved, or if that version is
    not before the registered one.
    """
    approvals = approvals_of_keys(versions)
    end = None
    if to is not None:
        end = find_version(versions, target.model, to).key
        approval = approvals[end] if end else Approval.REJECTED
        if approval != Approval.APPROVED:
            raise RollforwardError(
                f"version {to} of {target.model} is {approval}: approve it first with "
                f"`{target.command('approve', to)}`"
            )
        _require_earlier(target, versions, end, before)
    if not any(one == Approval.APPROVED for key, one in approvals.items() if key != before):
        raise RollforwardError(f"{target.model} has no other approved version to return to")
    return end


def _require_earlier(
    target: Target, versions: list[ListedVersion], end: str | None, before: str
) -> None:
    registered = name_of_key(versions, before)
    if end == before:
        raise RollforwardError(
            f"the pointer of {target.model} names {registered} already: nothing is reverted. To roll the "
            f"endpoint to it: {target.command('apply')}"
        )
    if is_newer(end, than=before):
        raise RollforwardError(
            f"{name_of_key(versions, end or '')} of {target.model} is newer than the registered "
            f"{registered}: nothing is reverted. See {target.command('history')}"
        )


def _listed(numbers: list[int]) -> str:
    return ", ".join(f"version {number}" for number in numbers)
