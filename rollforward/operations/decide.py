"""Approves or rejects a version of a model."""

from collections.abc import Sequence
from dataclasses import dataclass

from config import names
from lambda_src.shared.registry import Approval
from rollforward.aws.pointer import registered_key
from rollforward.aws.registry import ListedVersion, list_versions, set_approval
from rollforward.errors import RollforwardError
from rollforward.operations.history import (
    Version,
    describe_versions,
    find_version,
    is_newer,
    name_of_key,
)
from rollforward.polling import poll
from rollforward.target import Target

# EventBridge and the registrar take a few seconds.
POINTER_TIMEOUT_SECONDS = 120
POINTER_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Decision:
    """`pointer` says whether the pointer moves, and why it does not."""

    versions: list[Version]
    pointer: str


def decide(target: Target, number: int, approval: Approval, reason: str) -> Decision:
    """Approve or reject every version that has the key of version `number`; the decision has those versions.

    The registrar then moves the pointer. Raises RollforwardError if there is no such version, or if the
    registrar refused it, so that there is nothing to serve.
    """
    registered = registered_key(target)
    versions = list_versions(target)
    version = find_version(versions, target.model, number)
    if version.key is None:
        raise RollforwardError(
            f"the registrar refused version {number} of {target.model}, so there is nothing to serve: "
            f"{version.description}"
        )
    set_approval_of_key(target, versions, version.key, approval, reason)
    return Decision(
        versions=describe_versions(target, [one for one in versions if one.key == version.key]),
        pointer=_effect_on_pointer(target, versions, version, approval, registered),
    )


def _effect_on_pointer(
    target: Target,
    versions: Sequence[ListedVersion],
    version: ListedVersion,
    approval: Approval,
    registered: str | None,
) -> str:
    """What follows from the decision about `version` while the pointer names `registered`."""
    if version.key == registered:
        return (
            "the pointer follows"
            if approval == Approval.REJECTED
            else "the pointer names it already"
        )
    stays = f"the pointer stays at {name_of_key(versions, registered) if registered else 'none'}"
    if approval == Approval.REJECTED:
        return stays
    if version.key and is_newer(registered, than=version.key):
        revert = target.command("revert", "--to", version.number)
        return (
            f"{stays}, which is newer and approved. To return to version {version.number}: {revert}"
        )
    return "the pointer follows"


def set_approval_of_key(
    target: Target, versions: Sequence[ListedVersion], key: str, approval: Approval, reason: str
) -> list[int]:
    """Change every version of a key, because one rejection outweighs any approval; return their numbers."""
    same = [version for version in versions if version.key == key]
    for version in same:
        set_approval(target, version.arn, approval, reason)
    return [version.number for version in same]


def pointer_after_rejection(target: Target, key: str | None) -> str | None:
    """Wait until the pointer no longer names `key`, and return what it names.

    `key` itself if the pointer does not change within POINTER_TIMEOUT_SECONDS.
    """

    def look() -> tuple[str | None] | None:
        registered = registered_key(target)
        return None if registered == key else (registered,)

    moved = poll(look, timeout_seconds=POINTER_TIMEOUT_SECONDS, pause_seconds=POINTER_PAUSE_SECONDS)
    return moved[0] if moved else key


def require_moved_pointer(target: Target, key: str) -> str | None:
    """Like `pointer_after_rejection`, but raise RollforwardError if the pointer does not change."""
    registered = pointer_after_rejection(target, key)
    if registered == key:
        raise RollforwardError(
            f"the version is rejected, but after {POINTER_TIMEOUT_SECONDS} s the pointer still names it: "
            f"see the log group /aws/lambda/{names.registrar(target.environment)}"
        )
    return registered
