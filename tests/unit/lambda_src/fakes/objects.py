"""S3 in memory. Like S3, it keeps time by the second."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lambda_src.shared.objects import ObjectGone, ObjectVersion, Readable
from lambda_src.shared.s3_url import S3Url

if TYPE_CHECKING:
    from tests.unit.lambda_src.fakes.cloud import FakeCloud

BUCKET = "bucket"


@dataclass(frozen=True)
class Stored:
    version_id: str
    modified: datetime
    data: bytes


@dataclass(frozen=True)
class FakeObjects:
    fake: "FakeCloud"

    def versions(self, url: S3Url) -> Sequence[ObjectVersion]:
        newest_first = self._stored(url)[::-1]
        return [
            ObjectVersion(stored.version_id, stored.modified, len(stored.data), position == 0)
            for position, stored in enumerate(newest_first)
        ]

    def read(self, url: S3Url) -> bytes | None:
        stored = self._stored(url)
        return stored[-1].data if stored else None

    def write(self, url: S3Url, content: bytes) -> None:
        self._stored(url)
        self.fake.put(url.key, content)

    def open(self, url: S3Url, version_id: str) -> Readable:
        return io.BytesIO(self._data(url, version_id))

    def copy(self, url: S3Url, version_id: str, to: S3Url) -> None:
        self.fake.put(to.key, self._data(url, version_id))

    def _data(self, url: S3Url, version_id: str) -> bytes:
        for stored in self._stored(url):
            if stored.version_id == version_id:
                return stored.data
        raise ObjectGone(url)

    def _stored(self, url: S3Url) -> Sequence[Stored]:
        self.fake.gate()
        assert url.bucket == BUCKET, f"{url} is in another bucket"
        return self.fake.stored.get(url.key, [])
