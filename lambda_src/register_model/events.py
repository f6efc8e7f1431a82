"""What S3 and the model registry say has happened.

S3 calls the registrar asynchronously with one record or several, possibly twice, late or out of
order. A notice is therefore only a hint where to look: everything else about a delivery is read
from the bucket. EventBridge brings word of a version whose approval somebody changed, and is no
more than a hint either: the registry is read anew.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus


class Notice(NamedTuple):
    """One object that S3 reported; unversioned buckets report no version id."""

    bucket: str
    key: str
    version_id: str | None


class PackageChange(NamedTuple):
    """A version that was recorded (`new`) or whose approval somebody changed."""

    group: str
    arn: str
    new: bool


def package_change(event: Mapping[str, Any]) -> PackageChange | None:
    """The change of a version in the registry, if that is what the event says."""
    if event.get("detail-type") != "SageMaker Model Package State Change":
        return None
    detail = event["detail"]
    return PackageChange(
        group=detail["ModelPackageGroupName"],
        arn=detail["ModelPackageArn"],
        new=not detail.get("UpdatedModelPackageFields"),
    )


def notices(event: Mapping[str, Any]) -> list[Notice]:
    # S3 sends this once, when the notification is configured; it carries no records.
    if event.get("Event") == "s3:TestEvent":
        return []
    return [_notice(record["s3"]) for record in event["Records"]]


def _notice(s3: Mapping[str, Any]) -> Notice:
    return Notice(
        bucket=s3["bucket"]["name"],
        key=unquote_plus(s3["object"]["key"]),
        version_id=s3["object"].get("versionId") or None,
    )
