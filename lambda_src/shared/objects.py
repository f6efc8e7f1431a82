"""S3 objects, as both functions read and write them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from lambda_src.shared.s3_url import S3Url

# The most bytes that are read of a small object, such as metrics.json, or of a model's prediction.
MAX_READ_BYTES = 6 * 1000**2


class ObjectGone(Exception):
    """The object version was deleted after it had been listed."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class ObjectVersion(NamedTuple):
    """One version of an object; `size` is in bytes, `latest` says whether it is the current version."""

    version_id: str
    modified: datetime
    size: int
    latest: bool

    @property
    def second(self) -> datetime:
        """When S3 stored the version, in whole seconds and UTC: S3 itself keeps time by the second."""
        return self.modified.astimezone(UTC).replace(microsecond=0)


class Objects(Protocol):
    def versions(self, url: S3Url) -> Sequence[ObjectVersion]:
        """Every version of exactly this key, newest first, without delete markers."""

    def read(self, url: S3Url) -> bytes | None:
        """The latest version of a small object; None if there is no such object.

        Of a larger object, the first MAX_READ_BYTES + 1 bytes.
        """

    def write(self, url: S3Url, content: bytes) -> None:
        """Store JSON."""

    def open(self, url: S3Url, version_id: str) -> Readable:
        """Raises ObjectGone if there is no such version."""

    def copy(self, url: S3Url, version_id: str, to: S3Url) -> None:
        """Copy one version. Raises ObjectGone if there is no such version."""
