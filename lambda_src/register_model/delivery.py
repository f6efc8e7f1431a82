"""A delivery: one version of the object `models/<model>/<version>/model.tar.gz`, with its metrics.

Deliveries are ordered by what S3 recorded, never by what events say: first by the second at which S3 stored
the version, then by its rank among the versions of the same key stored in that second. S3 keeps time by the
second, and lists versions newest first.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from lambda_src.shared.metrics import Metrics
from lambda_src.shared.pinned_key import ARCHIVE, METRICS, PinnedKey, slug
from lambda_src.shared.s3_url import S3Url

_KEY = re.compile(rf"models/(?P<model>[^/]+)/(?P<version>[^/]+)/({ARCHIVE}|{METRICS})")


@dataclass(frozen=True)
class DeliveryFolder:
    """The folder of a delivered object: its model, and what its author calls the version."""

    bucket: str
    model: str
    version: str

    @classmethod
    def parse(cls, bucket: str, key: str) -> "DeliveryFolder | None":
        """None if `key` belongs to no delivery."""
        match = _KEY.fullmatch(key)
        return cls(bucket, match["model"], match["version"]) if match else None

    @property
    def archive(self) -> S3Url:
        return S3Url(self.bucket, f"models/{self.model}/{self.version}/{ARCHIVE}")

    @property
    def metrics(self) -> S3Url:
        return S3Url(self.bucket, f"models/{self.model}/{self.version}/{METRICS}")


@dataclass(frozen=True)
class Delivery:
    """`version_id` and `size` (bytes) are those of the archive; `metrics` are None until they arrive.

    `delivered_at` is a whole second in UTC, `rank` counts the versions that S3 stored earlier in that second.
    """

    folder: DeliveryFolder
    version_id: str
    delivered_at: datetime
    rank: int
    size: int
    metrics: Metrics | None = None

    @property
    def identity(self) -> str:
        """64 hexadecimal digits that identify this version of this object."""
        archive = self.folder.archive
        return sha256(
            json.dumps([archive.bucket, archive.key, self.version_id]).encode()
        ).hexdigest()

    @property
    def pinned_key(self) -> PinnedKey:
        return PinnedKey(
            delivered_at=self.delivered_at,
            rank=self.rank,
            slug=slug(self.folder.version),
            digest=self.identity[:8],
            model=self.folder.model,
        )

    def pinned(self, name: str) -> S3Url:
        """Where a file of this delivery is pinned, by the file's name."""
        return S3Url(self.folder.bucket, self.pinned_key.beside(name))
