from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lambda_src.register_model.delivery import Delivery, DeliveryFolder

DELIVERY = Delivery(
    folder=DeliveryFolder("bucket", "m", "v"),
    version_id="1",
    delivered_at=datetime(2026, 1, 31, 12, tzinfo=UTC),
    rank=0,
    size=1,
)


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
def test_other_keys_belong_to_no_delivery(key: str) -> None:
    assert DeliveryFolder.parse("bucket", key) is None


@pytest.mark.parametrize("file", ["model.tar.gz", "metrics.json"])
def test_a_key_names_the_model_and_the_version(file: str) -> None:
    folder = DeliveryFolder.parse("bucket", f"models/m/spring release +ü/{file}")
    assert folder == DeliveryFolder("bucket", "m", "spring release +ü")


def test_a_folder_names_its_two_files() -> None:
    assert str(DELIVERY.folder.archive) == "s3://bucket/models/m/v/model.tar.gz"
    assert str(DELIVERY.folder.metrics) == "s3://bucket/models/m/v/metrics.json"


def test_all_files_of_a_delivery_are_pinned_in_one_folder() -> None:
    assert str(DELIVERY.pinned("model.tar.gz")) == f"s3://bucket/{DELIVERY.pinned_key}"
    copies = {DELIVERY.pinned(file).key.rpartition("/")[0] for file in ("model.tar.gz", "m.json")}
    assert len(copies) == 1


def test_deliveries_whose_parts_join_to_the_same_text_have_different_identities() -> None:
    other = replace(DELIVERY, folder=DeliveryFolder("bucket", "m", "v1"), version_id="")
    assert DELIVERY.identity != other.identity
