from datetime import UTC, datetime, timedelta

import pytest

from lambda_src.register_model.cloud import ObjectVersion
from lambda_src.register_model.delivery import Address, find_delivery
from lambda_src.register_model.events import Notice

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ADDRESS = Address("m", "v")


def version(version_id: str, modified: datetime = NOON, latest: bool = False) -> ObjectVersion:
    return ObjectVersion(version_id, modified, size=1, latest=latest)


def notice(version_id: str | None) -> Notice:
    return Notice("bucket", "models/m/v/model.tar.gz", version_id)


@pytest.mark.parametrize(
    "key",
    [
        "models/m/v/notes.json",
        "models/m/model.tar.gz",
        "models/m/v/w/model.tar.gz",
        "models//v/model.tar.gz",
        "models/m//model.tar.gz",
        "x/models/m/v/model.tar.gz",
        "models/m/v/model.tar.gz.part",
        "registered/m/v/model.tar.gz",
    ],
)
def test_other_keys_are_no_deliveries(key: str) -> None:
    assert Address.of(key) is None


def test_a_key_says_model_and_version() -> None:
    assert Address.of("models/m/spring release +ü/model.tar.gz") == Address(
        "m", "spring release +ü"
    )


def test_the_rank_counts_older_versions_of_the_same_second() -> None:
    early = version("0", NOON - timedelta(seconds=1))
    half = NOON + timedelta(milliseconds=500)
    versions = [version("3", NOON + timedelta(seconds=1)), version("2", half), version("1"), early]
    ranks = []
    for version_id in "0123":
        delivery = find_delivery(notice(version_id), ADDRESS, versions)
        assert delivery
        ranks.append(delivery.rank)
    assert ranks == [0, 0, 1, 0]


def test_without_a_version_id_the_latest_is_meant() -> None:
    delivery = find_delivery(notice(None), ADDRESS, [version("2", latest=True), version("1")])
    assert delivery
    assert delivery.version_id == "2"


def test_without_a_version_id_a_deleted_object_is_gone() -> None:
    assert find_delivery(notice(None), ADDRESS, [version("1", latest=False)]) is None


def test_a_version_that_is_not_listed_is_gone() -> None:
    assert find_delivery(notice("9"), ADDRESS, [version("1", latest=True)]) is None


def test_the_identity_tells_apart_what_joins_to_the_same_text() -> None:
    one = find_delivery(Notice("b", "models/m/v", "1"), ADDRESS, [version("1")])
    other = find_delivery(Notice("b", "models/m/v1", ""), ADDRESS, [version("", latest=True)])
    assert one
    assert other
    assert one.identity != other.identity
