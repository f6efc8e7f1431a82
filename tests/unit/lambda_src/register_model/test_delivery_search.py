"""Which delivery a notice is about, from the versions that S3 lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lambda_src.register_model.delivery import Delivery, DeliveryFolder
from lambda_src.register_model.delivery_search import DeliverySearch
from lambda_src.register_model.events import Notice
from lambda_src.shared.metrics import Metrics
from lambda_src.shared.objects import ObjectVersion
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.fakes.cloud import FakeCloud
from tests.unit.lambda_src.fakes.objects import BUCKET, FakeObjects

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
FOLDER = DeliveryFolder(BUCKET, "m", "v")


@dataclass(frozen=True)
class Listing(FakeObjects):
    """A folder that holds these versions of the archive, newest first."""

    archives: Sequence[ObjectVersion]

    def versions(self, url: S3Url) -> Sequence[ObjectVersion]:
        return self.archives if url == FOLDER.archive else []


def version(version_id: str, modified: datetime = NOON, latest: bool = False) -> ObjectVersion:
    return ObjectVersion(version_id, modified, size=1, latest=latest)


def find(version_id: str | None, *archives: ObjectVersion) -> Delivery | Metrics | None:
    notice = Notice(BUCKET, FOLDER.archive.key, version_id)
    return DeliverySearch(Listing(FakeCloud(), archives), FOLDER, notice).find()


def test_the_rank_counts_older_versions_of_the_same_second() -> None:
    early = version("0", NOON - timedelta(seconds=1))
    half = NOON + timedelta(milliseconds=500)
    versions = [version("3", NOON + timedelta(seconds=1)), version("2", half), version("1"), early]
    ranks = []
    for version_id in "0123":
        delivery = find(version_id, *versions)
        assert isinstance(delivery, Delivery)
        ranks.append(delivery.rank)
    assert ranks == [0, 0, 1, 0]


def test_a_notice_without_a_version_id_is_about_the_latest_version() -> None:
    delivery = find(None, version("2", latest=True), version("1"))
    assert isinstance(delivery, Delivery)
    assert delivery.version_id == "2"


def test_a_deleted_object_without_a_version_id_is_not_found() -> None:
    assert find(None, version("1", latest=False)) is None


def test_a_version_that_is_not_listed_is_not_found() -> None:
    assert find("9", version("1", latest=True)) is None
