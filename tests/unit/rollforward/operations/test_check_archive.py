"""`rollforward deliver --check-only`: what it says of an archive, and that it uploads nothing."""

from pathlib import Path

import pytest

from rollforward.cli import deliver as command
from rollforward.errors import UsageError
from rollforward.operations.check_archive import check_archive
from tests.unit.lambda_src.shared.archives import CODE, packed, sound_archive, tar_of
from tests.unit.rollforward.account import MODEL, SENTIMENT, Account, target
from tests.unit.rollforward.typed import Ran, typed

SMOKE = b'{"request": {"inputs": "hello"}}'
ONE_FOLDER = packed(tar_of({"v2/code/inference.py": b""}))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "model.tar.gz"


def checked(archive: Path, *options: str) -> Ran:
    return typed(command.app, MODEL, str(archive), "--check-only", *options)


def test_a_sound_archive_ends_with_0_and_nothing_is_asked_of_aws(
    aws: Account, archive: Path
) -> None:
    archive.write_bytes(packed(tar_of({CODE: b"", "code/smoke.json": SMOKE})))
    ran = checked(archive)
    assert (ran.code, ran.lines) == (0, [f"{archive}: sound; nothing was uploaded"])
    assert aws.requests == []


def test_an_archive_without_a_smoke_request_is_told_that_nothing_will_be_asked(
    aws: Account, archive: Path
) -> None:
    archive.write_bytes(sound_archive())
    ran = checked(archive)
    assert ran.code == 0
    assert "note: no code/smoke.json: no request will prove that the model answers" in ran.err


def test_a_refused_archive_ends_with_1_and_the_registrars_reason(
    aws: Account, archive: Path
) -> None:
    archive.write_bytes(ONE_FOLDER)
    ran = checked(archive)
    assert ran.code == 1
    assert ran.lines[0] == f"{archive}: the registrar would refuse it"
    assert "All files are in the folder 'v2'" in ran.lines[1]
    assert aws.requests == []


@pytest.mark.parametrize(("content", "sound"), [(sound_archive(), True), (ONE_FOLDER, False)])
def test_a_check_as_json_is_data_and_nothing_else(
    aws: Account, archive: Path, content: bytes, sound: bool
) -> None:
    archive.write_bytes(content)
    ran = checked(archive, "--json")
    assert ran.code == (0 if sound else 1)
    assert ran.json["sound"] is sound
    assert bool(ran.json["reason"]) is not sound


def test_a_file_that_is_not_there_ends_with_2(aws: Account, archive: Path) -> None:
    assert checked(archive).code == 2


def test_metrics_that_cannot_be_read_end_with_2(aws: Account, archive: Path) -> None:
    archive.write_bytes(sound_archive())
    assert checked(archive, "--metrics", str(archive)).code == 2


def test_an_archive_that_cannot_be_read_is_a_mistake_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot read"):
        check_archive(SENTIMENT, tmp_path)


def test_the_layout_is_checked_for_the_containers_of_aws_only(archive: Path) -> None:
    archive.write_bytes(packed(tar_of({"model.ubj": b"1"})))
    own = target(image="123456789012.dkr.ecr.us-east-1.amazonaws.com/xgboost-serving:1")
    found = check_archive(own, archive)
    assert (found.sound, found.layout_checked) == (True, False)
    found = check_archive(SENTIMENT, archive)
    assert (found.sound, found.layout_checked) == (False, True)
