"""The status of a model with what waits for a person, and the next command."""

from dataclasses import dataclass

from lambda_src.shared.registry import Approval
from rollforward.aws.endpoint import ABSENT, IN_SERVICE
from rollforward.aws.registry import list_versions, some_version_is
from rollforward.operations.history import approvals_of_keys, is_newer
from rollforward.operations.status import Status, status
from rollforward.target import Target


@dataclass(frozen=True)
class Overview:
    """`waiting` are the numbers of the versions that wait for approval, newest first.

    `next_step` is a command or a sentence, None if there is nothing to do.
    """

    status: Status
    waiting: list[int]
    next_step: str | None


def overview(target: Target) -> Overview:
    """Raises RollforwardError if the pointer does not exist."""
    found = status(target)
    waiting = _waiting_versions(target, found.registered)
    return Overview(found, waiting, _next_step(target, found, waiting))


def _waiting_versions(target: Target, registered: str | None) -> list[int]:
    """The versions that wait for approval: the newest of each key.

    Only those that are newer than the registered version: the pointer would not move to another one.
    """
    if not some_version_is(target, Approval.PENDING):
        return []
    versions = list_versions(target)
    approvals = approvals_of_keys(versions)
    newest = {one.key: one.number for one in reversed(versions) if one.key}
    return [
        number
        for key, number in reversed(newest.items())
        if approvals[key] == Approval.PENDING
        and (registered is None or is_newer(key, than=registered))
    ]


def _next_step(target: Target, found: Status, waiting: list[int]) -> str | None:
    if found.state not in (IN_SERVICE, ABSENT):
        return target.command("prove")
    if not found.agree:
        if found.wanted is None:
            return "deliver or approve a model first: an apply would remove the endpoint"
        return target.command("apply")
    if waiting:
        return target.command("approve", waiting[0])
    if found.wanted is None:
        return target.command("deliver", "model.tar.gz")
    return None
