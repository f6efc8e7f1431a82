"""A delivery: one version of the object `models/<model>/<version>/model.tar.gz`, metrics.json beside it.

The order of deliveries is what S3 recorded, never what events say: the second at which the
version was stored, then its rank among versions of the same key stored in that same second (S3
keeps time by the second, and lists versions newest first).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from lambda_src.register_model.cloud import ObjectVersion
from lambda_src.register_model.events import Notice

ARCHIVE, METRICS, SMOKE = "model.tar.gz", "metrics.json", "smoke.json"
_KEY = re.compile(rf"models/(?P<model>[^/]+)/(?P<version>[^/]+)/({ARCHIVE}|{METRICS})")


@dataclass(frozen=True)
class Address:
    """What a delivered key says: which model, and what its author calls the version."""

    model: str
    version: str

    @classmethod
    def of(cls, key: str) -> "Address | None":
        match = _KEY.fullmatch(key)
        return cls(match["model"], match["version"]) if match else None

    @property
    def archive(self) -> str:
        return f"models/{self.model}/{self.version}/{ARCHIVE}"

    @property
    def metrics(self) -> str:
        return f"models/{self.model}/{self.version}/{METRICS}"


@dataclass(frozen=True)
class Delivery:
    bucket: str
    key: str
    version_id: str
    address: Address
    delivered_at: datetime
    rank: int
    size: int

    @property
    def identity(self) -> str:
        """64 hexadecimal digits that stand for this very object version and no other."""
        return sha256(json.dumps([self.bucket, self.key, self.version_id]).encode()).hexdigest()


def find_delivery(
    notice: Notice, address: Address, versions: Sequence[ObjectVersion]
) -> Delivery | None:
    """The delivery that a notice speaks of, among all versions of its key (newest first)."""
    for position, version in enumerate(versions):
        if version.version_id == notice.version_id or (not notice.version_id and version.latest):
            second = _second(version)
            older = versions[position + 1 :]
            return Delivery(
                bucket=notice.bucket,
                key=notice.key,
                version_id=version.version_id,
                address=address,
                delivered_at=second,
                rank=sum(_second(other) == second for other in older),
                size=version.size,
            )
    return None


def _second(version: ObjectVersion) -> datetime:
    return version.modified.astimezone(UTC).replace(microsecond=0)
