"""The events that S3 and the model registry send.

S3 invokes the registrar asynchronously with one record or several, possibly twice, late or out of order. A
notice therefore only says where to look: the registrar reads everything else about a delivery from the
bucket. EventBridge reports a version whose approval status changed; the registrar then reads the registry.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_plus


class Notice(NamedTuple):
    """One object that S3 reported; `version_id` is None in a bucket without versioning."""

    bucket: str
    key: str
    version_id: str | None


class PackageChange(NamedTuple):
    """A version that was recorded (`new`), or whose approval status changed."""

    group: str
    arn: str
    new: bool


def package_change(event: Mapping[str, Any]) -> PackageChange | None:
    """The change of a version in the registry; None if the event reports something else."""
    if event.get("detail-type") != "SageMaker Model Package State Change":
        return None
    detail = event["detail"]
    return PackageChange(
        group=detail["ModelPackageGroupName"],
        arn=detail["ModelPackageArn"],
        new=not detail.get("UpdatedModelPackageFields"),
    )


def notices(event: Mapping[str, Any]) -> list[Notice]:
    # S3 sends a test event, without records, when the notification is configured.
    if event.get("Event") == "s3:TestEvent":
        return []
    return [_notice(record["s3"]) for record in event["Records"]]


def _notice(s3: Mapping[str, Any]) -> Notice:
    return Notice(
        bucket=s3["bucket"]["name"],
        key=unquote_plus(s3["object"]["key"]),
        version_id=s3["object"].get("versionId") or None,
    )
