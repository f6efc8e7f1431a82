import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from lambda_src.register_model.events import Notice
from lambda_src.register_model.listing import NotListedYet
from lambda_src.register_model.registration import Registrar
from lambda_src.register_model.result import Outcome
from lambda_src.shared.cloud import Cloud
from lambda_src.shared.inspection.archive import MAX_PACKED
from lambda_src.shared.objects import ObjectVersion, Readable
from lambda_src.shared.registry import Approval, NewVersion
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.objects import BUCKET, FakeObjects
from tests.unit.lambda_src.fakes.registry import FakeRegistry
from tests.unit.lambda_src.register_model.fake_deliveries import (
    IMAGE,
    NAMES,
    POINTER,
    RECENT,
    SETTINGS,
    FakeDeliveries,
)
from tests.unit.lambda_src.shared.archives import (
    archive_without_a_model,
    packed,
    sound_archive,
    tar_of,
)

V1 = f"models/{MODEL}/v1/model.tar.gz"
V2 = f"models/{MODEL}/v2/model.tar.gz"


@pytest.fixture
def registrar(cloud: FakeDeliveries) -> Registrar:
    return Registrar(cloud.connect(), NAMES)


def test_a_sound_delivery_is_pinned_recorded_and_pointed_to(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    result = registrar.register(cloud.deliver(V1, sound_archive()))
    assert result.outcome == Outcome.REGISTERED
    pinned = cloud.values[POINTER]
    assert pinned == result.pinned
    assert pinned.startswith(f"registered/{MODEL}/20260131T120001Z-v1-")
    assert cloud.bytes_of(pinned) == sound_archive()
    [version] = cloud.versions
    assert (version.approval, version.image) == (Approval.APPROVED, IMAGE)
    assert version.model_data == S3Url(BUCKET, pinned)


def test_overwriting_a_delivery_makes_a_new_version_and_leaves_the_old_one(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    first = registrar.register(cloud.deliver(V1, sound_archive("a"))).pinned
    second = registrar.register(cloud.deliver(V1, sound_archive("b"), seconds_later=0)).pinned
    assert cloud.values[POINTER] == second
    assert cloud.values[RECENT] == f"{second},{first}"
    assert cloud.bytes_of(str(first)) == sound_archive("a")
    assert cloud.bytes_of(str(second)) == sound_archive("b")


def test_the_recent_list_is_written_before_the_pointer(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    registrar.register(cloud.deliver(V1, sound_archive()))
    assert [name for name, _ in cloud.writes] == [RECENT, POINTER]


def test_a_bad_delivery_leaves_the_pointer_alone(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    good = registrar.register(cloud.deliver(V1, sound_archive())).pinned
    result = registrar.register(cloud.deliver(V2, archive_without_a_model()))
    assert result.outcome == Outcome.REFUSED
    assert "neither code/inference.py nor model weights" in str(result.reason)
    assert cloud.values[POINTER] == good
    assert cloud.versions[-1].approval == Approval.REJECTED
    assert cloud.versions[-1].description == f"Refused: {result.reason}"
    assert [key for key in cloud.stored if key.startswith("registered/")] == [good]


@pytest.mark.parametrize(
    ("repository", "outcome"),
    [("huggingface-pytorch-inference", Outcome.REFUSED), ("xgboost-serving", Outcome.REGISTERED)],
)
def test_the_image_of_the_model_decides_which_files_make_a_model(
    cloud: FakeDeliveries, registrar: Registrar, repository: str, outcome: Outcome
) -> None:
    image = f"763104351884.dkr.ecr.eu-west-1.amazonaws.com/{repository}:1"
    cloud.values[SETTINGS] = json.dumps(json.loads(cloud.values[SETTINGS]) | {"image": image})
    result = registrar.register(cloud.deliver(V1, packed(tar_of({"model.ubj": b"1"}))))
    assert result.outcome == outcome


def test_a_duplicate_event_neither_copies_nor_records_again(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    notice = cloud.deliver(V1, sound_archive())
    first = registrar.register(notice)
    again = registrar.register(notice)
    assert again.outcome == Outcome.ALREADY_REGISTERED
    assert again.pinned == first.pinned
    assert len(cloud.versions) == len(cloud.stored[str(first.pinned)]) == 1


def test_a_copy_made_before_a_crash_is_not_made_again(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    notice = cloud.deliver(V1, sound_archive())
    pinned = str(registrar.register(notice).pinned)
    cloud.recorded.clear()
    cloud.created.clear()
    assert registrar.register(notice).pinned == pinned
    assert len(cloud.stored[pinned]) == 1


def test_settings_changed_while_pointing_are_honoured(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    for version in "12":
        registrar.register(cloud.deliver(f"models/{MODEL}/{version}/model.tar.gz", sound_archive()))
    notice = cloud.deliver(V1, sound_archive())
    writes_before = len(cloud.writes)

    def narrow() -> None:
        if len(cloud.writes) > writes_before:
            cloud.configure(keep_versions=1)

    cloud.gate = narrow
    assert registrar.register(notice).pinned == cloud.values[RECENT]


def test_a_late_event_of_an_older_delivery_does_not_move_the_pointer_back(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    older = cloud.deliver(V1, sound_archive("older"))
    newer = cloud.deliver(V2, sound_archive("newer"))
    pointer = registrar.register(newer).pinned
    registrar.register(older)
    assert cloud.values[POINTER] == pointer
    assert len(cloud.values[RECENT].split(",")) == 2


def test_a_rejected_version_is_not_brought_back_by_its_own_event(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    first = registrar.register(cloud.deliver(V1, sound_archive("1"))).pinned
    notice = cloud.deliver(V2, sound_archive("2"))
    registrar.register(notice)
    cloud.versions[-1] = replace(cloud.versions[-1], approval=Approval.REJECTED)
    registrar.register(notice)
    assert cloud.values[POINTER] == first


def test_an_unknown_model_is_refused_by_name_with_the_next_step(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    result = registrar.register(cloud.deliver("models/mood/v1/model.tar.gz", sound_archive()))
    assert result.outcome == Outcome.UNKNOWN_MODEL
    assert "'mood'" in str(result.reason)
    assert "environment's configuration" in str(result.reason)
    assert cloud.recorded == {}


def test_a_model_name_that_ssm_would_not_take_is_an_unknown_model(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    result = registrar.register(cloud.deliver("models/mé lange/v1/model.tar.gz", sound_archive()))
    assert result.outcome == Outcome.UNKNOWN_MODEL


def test_a_key_that_is_no_delivery_is_ignored(cloud: FakeDeliveries, registrar: Registrar) -> None:
    result = registrar.register(Notice(BUCKET, f"models/{MODEL}/v1/notes.json", "1"))
    assert result.outcome == Outcome.NO_DELIVERY


def test_a_delivery_already_gone_is_nothing_to_register(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    assert registrar.register(Notice(BUCKET, V1, "1")).outcome == Outcome.GONE


def test_a_delivery_that_vanishes_between_listing_and_reading_is_gone(
    cloud: FakeDeliveries,
) -> None:
    class Vanishing(FakeObjects):
        def open(self, url: S3Url, version_id: str) -> Readable:
            cloud.stored.clear()
            return super().open(url, version_id)

    registrar = Registrar(replace(cloud.connect(), objects=Vanishing(cloud)), NAMES)
    assert registrar.register(cloud.deliver(V1, sound_archive())).outcome == Outcome.GONE
    assert cloud.versions == []


@pytest.mark.parametrize("beyond", [0, 1])
def test_an_archive_above_the_limit_is_refused_before_a_byte_is_read(
    cloud: FakeDeliveries, beyond: int
) -> None:
    class Huge(FakeObjects):
        def versions(self, url: S3Url) -> Sequence[ObjectVersion]:
            return [one._replace(size=MAX_PACKED + beyond) for one in super().versions(url)]

        def open(self, url: S3Url, version_id: str) -> Readable:
            assert not beyond, "it is not read"
            return super().open(url, version_id)

    registrar = Registrar(replace(cloud.connect(), objects=Huge(cloud)), NAMES)
    result = registrar.register(cloud.deliver(V1, sound_archive()))
    assert (result.outcome == Outcome.REFUSED) is bool(beyond)
    if beyond:
        assert "10,000,000,001 bytes; at most 10,000,000,000" in cloud.versions[-1].description


def test_a_registry_that_lags_behind_fails_so_that_lambda_tries_again(
    cloud: FakeDeliveries,
) -> None:
    class Lagging(FakeRegistry):
        def record(self, group: str, version: NewVersion) -> str:
            return f"{group}/1"

    connected: Cloud = replace(cloud.connect(), registry=Lagging(cloud))
    with pytest.raises(NotListedYet):
        Registrar(connected, NAMES).register(cloud.deliver(V1, sound_archive()))
    assert cloud.values[POINTER] == "none"


def test_settings_unknown_to_the_registrar_are_left_to_others(
    cloud: FakeDeliveries, registrar: Registrar
) -> None:
    settings = json.loads(cloud.values[SETTINGS])
    cloud.values[SETTINGS] = json.dumps(settings | {"colour": "green"})
    assert registrar.register(cloud.deliver(V1, sound_archive())).outcome == Outcome.REGISTERED
