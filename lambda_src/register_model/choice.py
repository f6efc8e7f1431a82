"""Choose: which version is the registered model, and which ones stay ready to serve.

A pure function of what the registry holds, so that every registrar that reads the same registry
chooses the same, whatever it was called for.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lambda_src.register_model.cloud import Approval, RegisteredVersion
from lambda_src.register_model.pinned_key import PinnedKey


@dataclass(frozen=True)
class Choice:
    """`recent` has the registered model first, then the others from new to old."""

    registered: PinnedKey | None
    recent: tuple[PinnedKey, ...]


def choose(versions: Iterable[tuple[PinnedKey, Approval]], keep: int) -> Choice:
    """The newest approved pinned key, and `keep` pinned keys in all that stay ready.

    One rejection outweighs any approval of the same key: a duplicate recorded late must not bring
    a rejected model back. Rejected keys still count as recent, because a rejected configuration
    stays live until its roll back has ended.
    """
    approvals: dict[PinnedKey, set[Approval]] = {}
    for key, approval in versions:
        approvals.setdefault(key, set()).add(approval)
    newest_first = sorted(approvals, reverse=True)
    registered = next((key for key in newest_first if _approved(approvals[key])), None)
    if registered is None:
        return Choice(None, tuple(newest_first[:keep]))
    others = [key for key in newest_first if key != registered]
    return Choice(registered, (registered, *others[: keep - 1]))


def pinned_versions(
    versions: Iterable[RegisteredVersion], bucket: str, model: str
) -> list[tuple[PinnedKey, Approval]]:
    """Those versions that a registrar pinned in this bucket; people may add others by hand."""
    pinned = ((pinned_in(bucket, version), version.approval) for version in versions)
    return [(key, approval) for key, approval in pinned if key and key.model == model]


def pinned_in(bucket: str, version: RegisteredVersion) -> PinnedKey | None:
    """The pinned copy that a version names, if it is in this bucket."""
    url = version.model_data or ""
    return PinnedKey.parse(url.removeprefix(f"s3://{bucket}/"))


def _approved(approvals: set[Approval]) -> bool:
    return Approval.APPROVED in approvals and Approval.REJECTED not in approvals
