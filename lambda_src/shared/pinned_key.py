"""The key of a pinned copy, which holds the copy's place in the order of deliveries.

    registered/sentiment/20260131T120000Z-v2-1f0c9a3e/model.tar.gz
    registered/sentiment/20260131T120000Z.1-v2-77b0d2c4/model.tar.gz     the same second, later

Two keys of a model are enough to see which one is newer, without a database. Compare the parsed keys, not
their text: as text, rank 10 would come before rank 2.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from lambda_src.shared.s3_url import S3Url

# The files of a delivery; SMOKE is extracted from the archive when the delivery is pinned.
ARCHIVE, METRICS, SMOKE = "model.tar.gz", "metrics.json", "smoke.json"
_TIME = "%Y%m%dT%H%M%SZ"
_KEY = re.compile(
    r"registered/(?P<model>[^/]+)/"
    r"(?P<time>[0-9]{8}T[0-9]{6}Z)(\.(?P<rank>[1-9][0-9]*))?"
    r"-(?P<slug>[a-z0-9._-]{1,40})-(?P<digest>[0-9a-f]{8})/model\.tar\.gz"
)


@dataclass(frozen=True, order=True)
class PinnedKey:
    """The fields stand in the order in which keys are compared; slug and digest only break ties.

    `delivered_at` is the second at which S3 stored the delivery, in UTC. `rank` counts the versions of the
    same S3 key that were stored earlier in that second.
    """

    delivered_at: datetime
    rank: int
    slug: str
    digest: str
    model: str

    @classmethod
    def parse(cls, key: str) -> "PinnedKey | None":
        """None if `key` is not the key of a pinned copy."""
        match = _KEY.fullmatch(key)
        if match is None:
            return None
        try:
            delivered_at = datetime.strptime(match["time"], _TIME).replace(tzinfo=UTC)
        except ValueError:
            return None
        return cls(
            delivered_at=delivered_at,
            rank=int(match["rank"] or 0),
            slug=match["slug"],
            digest=match["digest"],
            model=match["model"],
        )

    @classmethod
    def in_bucket(cls, bucket: str, url: S3Url | None) -> "PinnedKey | None":
        """The pinned key in an S3 URL; None if the URL is not that of a pinned copy in `bucket`."""
        return cls.parse(url.key) if url and url.bucket == bucket else None

    def beside(self, name: str) -> str:
        """The key of another file of the same delivery, which is pinned in the same folder."""
        return str(self).removesuffix(ARCHIVE) + name

    def __str__(self) -> str:
        rank = f".{self.rank}" if self.rank else ""
        time = self.delivered_at.strftime(_TIME)
        return f"registered/{self.model}/{time}{rank}-{self.slug}-{self.digest}/model.tar.gz"


def slug(version: str) -> str:
    """The author's version label, reduced to characters that are safe in keys, names and URLs."""
    return re.sub(r"[^a-z0-9._-]+", "-", version.lower())[:40].strip("-._") or "model"
