"""Choose the registered model, and the versions that stay deployable.

The choice is a pure function of the registry's versions, so that all registrars that read the same registry
make the same choice, whatever event they handle.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lambda_src.shared.pinned_key import PinnedKey
from lambda_src.shared.registry import Approval, RegisteredVersion


@dataclass(frozen=True)
class Choice:
    """`recent` holds the registered model first, then the other versions from new to old."""

    registered: PinnedKey | None
    recent: tuple[PinnedKey, ...]


def choose(versions: Iterable[tuple[PinnedKey, Approval]], keep: int) -> Choice:
    """The newest approved pinned key, and at most `keep` pinned keys that stay deployable.

    One rejection outweighs any approval of the same key: a duplicate that is recorded late must not approve a
    rejected model. Rejected keys count as recent, because a rejected configuration stays live until its roll
    back has ended.
    """
    approvals: dict[PinnedKey, set[Approval]] = {}
    for key, approval in versions:
        approvals.setdefault(key, set()).add(approval)
    newest_first = sorted(approvals, reverse=True)
    registered = next((key for key in newest_first if _is_approved(approvals[key])), None)
    if registered is None:
        return Choice(None, tuple(newest_first[:keep]))
    others = [key for key in newest_first if key != registered]
    return Choice(registered, (registered, *others[: keep - 1]))


def pinned_versions(
    versions: Iterable[RegisteredVersion], bucket: str, model: str
) -> list[tuple[PinnedKey, Approval]]:
    """The versions that a registrar pinned in this bucket; people may add other versions."""
    keys = ((PinnedKey.in_bucket(bucket, one.model_data), one.approval) for one in versions)
    return [(key, approval) for key, approval in keys if key and key.model == model]


def _is_approved(approvals: set[Approval]) -> bool:
    return Approval.APPROVED in approvals and Approval.REJECTED not in approvals
