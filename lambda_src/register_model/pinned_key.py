"""The key of a pinned copy, which says by itself where it stands in the order of deliveries.

    registered/sentiment/20260131T120000Z-v2-1f0c9a3e/model.tar.gz
    registered/sentiment/20260131T120000Z.1-v2-77b0d2c4/model.tar.gz     the same second, later

Whoever holds two keys of a model can tell the newer one, with no database to ask. Compare the
parsed keys, not their text: as text, rank 10 would come before rank 2.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from lambda_src.register_model.delivery import ARCHIVE, Delivery

_TIME = "%Y%m%dT%H%M%SZ"
_KEY = re.compile(
    r"registered/(?P<model>[^/]+)/"
    r"(?P<time>[0-9]{8}T[0-9]{6}Z)(\.(?P<rank>[1-9][0-9]*))?"
    r"-(?P<slug>[a-z0-9._-]{1,40})-(?P<digest>[0-9a-f]{8})/model\.tar\.gz"
)


@dataclass(frozen=True, order=True)
class PinnedKey:
    """Fields in the order in which they decide; slug and digest only break ties between keys."""

    delivered_at: datetime
    rank: int
    slug: str
    digest: str
    model: str

    @classmethod
    def of(cls, delivery: Delivery) -> "PinnedKey":
        return cls(
            delivered_at=delivery.delivered_at,
            rank=delivery.rank,
            slug=slug(delivery.address.version),
            digest=delivery.identity[:8],
            model=delivery.address.model,
        )

    @classmethod
    def parse(cls, key: str) -> "PinnedKey | None":
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

    def beside(self, name: str) -> str:
        """The key of another file of the same delivery, pinned in the same folder."""
        return str(self).removesuffix(ARCHIVE) + name

    def __str__(self) -> str:
        rank = f".{self.rank}" if self.rank else ""
        time = self.delivered_at.strftime(_TIME)
        return f"registered/{self.model}/{time}{rank}-{self.slug}-{self.digest}/model.tar.gz"


def slug(version: str) -> str:
    """The author's version label, reduced to what is safe in keys, names and URLs."""
    return re.sub(r"[^a-z0-9._-]+", "-", version.lower())[:40].strip("-._") or "model"
