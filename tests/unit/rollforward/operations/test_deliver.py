import re
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import ANY

from config.errors import ConfigError
from rollforward.cli import deliver as delivery_commands
from rollforward.errors import RollforwardError, UsageError
from rollforward.operations import deliver as delivery
from rollforward.operations.deliver import Verdict, deliver
from tests.unit.conftest import Stub
from tests.unit.rollforward.answers import (
    BUCKET,
    DEV,
    MODEL,
    V1,
    described,
    listed,
    package,
    packages,
    pointer,
)
from tests.unit.rollforward.typed import typed

KEY = "models/sentiment/v1/model.tar.gz"
METRICS_KEY = "models/sentiment/v1/metrics.json"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(b"an archive")
    return path


class KeyLike:
    """Equal to any key that matches the pattern."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def __eq__(self, key: object) -> bool:
        return bool(re.fullmatch(self.pattern, str(key)))

    __hash__ = None  # type: ignore[assignment]


def upload(stub: Stub, key: object) -> None:
    sent = {"Bucket": BUCKET, "Key": key, "Body": ANY, "ChecksumAlgorithm": ANY}
    stub("s3").add_response("put_object", {}, sent)


def uploaded(stub: Stub, version_id: str, key: object = KEY) -> None:
    upload(stub, key)
    stub("s3").add_response(
        "head_object", {"VersionId": version_id}, {"Bucket": BUCKET, "Key": key}
    )


def version(number: int, version_id: str, verdict: str = "Approved") -> dict[str, Any]:
    return package(number, verdict, key=V1, delivery_version_id=version_id)


def ignore(_: int) -> None:
    pass


def test_the_verdict_is_that_of_this_upload_not_of_the_newest(stub: Stub, archive: Path) -> None:
    pointer(stub, "none")
    uploaded(stub, "mine")
    packages(stub, version(9, "somebody-elses"), version(8, "mine", "Rejected"))
    verdict = deliver(DEV, MODEL, archive, "v1", ignore)
    assert verdict == Verdict(
        model=MODEL,
        delivered=KEY,
        version_id="mine",
        registry_version=8,
        status="Rejected",
        reason="Sound",
        registered=V1,
    )
    assert not verdict.approved


def test_the_verdict_is_waited_for(stub: Stub, archive: Path) -> None:
    pointer(stub, "none")
    uploaded(stub, "mine")
    packages(stub)
    packages(stub, version(1, "mine"))
    pointer(stub, V1)
    assert deliver(DEV, MODEL, archive, "v1", ignore).approved


def test_an_approved_version_is_waited_for_until_the_pointer_names_it(
    stub: Stub, archive: Path
) -> None:
    pointer(stub, "none")
    uploaded(stub, "mine")
    packages(stub, version(1, "mine"))
    pointer(stub, "none")
    pointer(stub, V1)
    assert deliver(DEV, MODEL, archive, "v1", ignore).approved


def test_a_verdict_that_does_not_come_says_where_to_look(
    stub: Stub, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "VERDICT_TIMEOUT_SECONDS", 0)
    pointer(stub, "none")
    uploaded(stub, "mine")
    packages(stub)
    with pytest.raises(RollforwardError) as caught:
        deliver(DEV, MODEL, archive, "v1", ignore)
    assert f"{KEY} is delivered (version id mine)" in str(caught.value)
    assert "/aws/lambda/rollforward-dev-registrar" in str(caught.value)
    assert "rollforward-dev-registrar-dead-letters" in str(caught.value)


def test_nothing_is_uploaded_where_nothing_would_read_it(stub: Stub, archive: Path) -> None:
    stub("ssm").add_client_error("get_parameter", "ParameterNotFound")
    stub("sts").add_response("get_caller_identity", {"Account": DEV.account})
    stub("s3")  # which has no answer to an upload
    with pytest.raises(RollforwardError, match="deploy the stack dev-lambda first"):
        deliver(DEV, MODEL, archive, "v1", ignore)


@pytest.mark.parametrize("version", ["a/b", " ", ".", ".."])
@pytest.mark.usefixtures("stub")
def test_a_version_that_would_make_another_key_is_refused(archive: Path, version: str) -> None:
    with pytest.raises(UsageError, match="names no folder"):
        deliver(DEV, MODEL, archive, version, ignore)


@pytest.mark.usefixtures("stub")
def test_an_unknown_model_is_refused_by_the_names_there_are(archive: Path) -> None:
    with pytest.raises(ConfigError, match="it has: sentiment"):
        deliver(DEV, "other", archive, "v1", ignore)


def test_a_delivery_without_a_version_is_named_by_the_time_of_day(
    stub: Stub, archive: Path
) -> None:
    pointer(stub, "none")
    uploaded(stub, "mine", KeyLike(r"models/sentiment/\d{8}-\d{6}/model\.tar\.gz"))
    packages(stub, version(1, "mine"))
    pointer(stub, V1)
    assert deliver(DEV, MODEL, archive, None, ignore).approved


def test_a_delivery_that_waits_for_approval_is_neither_approved_nor_refused(
    stub: Stub, archive: Path
) -> None:
    pointer(stub, "none")
    uploaded(stub, "mine")
    packages(stub, version(1, "mine", "PendingManualApproval"))
    verdict = deliver(DEV, MODEL, archive, "v1", ignore)
    assert (verdict.waiting, verdict.approved) == (True, False)


def test_a_delivery_that_has_two_versions_is_told_by_the_newer(stub: Stub, archive: Path) -> None:
    pointer(stub, "none")
    uploaded(stub, "mine")
    newer, older = version(2, "mine"), version(1, "mine", "PendingManualApproval")
    listed(stub, newer, older)
    described(stub, newer)
    pointer(stub, V1)
    verdict = deliver(DEV, MODEL, archive, "v1", ignore)
    assert (verdict.registry_version, verdict.approved) == (2, True)


def test_metrics_are_there_before_their_archive(stub: Stub, archive: Path, tmp_path: Path) -> None:
    metrics = tmp_path / "scores.json"
    metrics.write_text('{"accuracy": 0.91}')
    pointer(stub, "none")
    upload(stub, METRICS_KEY)
    uploaded(stub, "mine")
    packages(stub, version(1, "mine"))
    pointer(stub, V1)
    assert deliver(DEV, MODEL, archive, "v1", ignore, metrics).approved


@pytest.mark.parametrize(
    ("status", "code"), [("Approved", 0), ("PendingManualApproval", 0), ("Rejected", 1)]
)
def test_a_refusal_alone_fails_the_command(
    stub: Stub, archive: Path, status: str, code: int
) -> None:
    pointer(stub, "none")
    uploaded(stub, "mine")
    packages(stub, version(7, "mine", status))
    if status == "Approved":
        pointer(stub, V1)
    ran = typed(delivery_commands.app, MODEL, str(archive), "--version", "v1")
    waiting = "waiting for approval: rollforward approve sentiment 7 --env dev"
    assert ran.code == code
    assert ran.lines[:2] == [f"{KEY}: {status}, registry version 7", "Sound"]
    assert ran.lines[2:] == ([waiting] if status == "PendingManualApproval" else [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"accuracy: 0.91", "is no JSON: "),
        (b"\xff\xfe\x00", "is no JSON: "),
        (b"[" * 100_000, "is no JSON: "),
        (b"[0.91]", "holds no JSON object of numbers by name"),
        (None, "can't read "),
    ],
    ids=["not JSON", "not text", "too deep", "no object", "no file"],
)
@pytest.mark.usefixtures("stub")  # which has no answer to an upload
def test_nothing_is_uploaded_with_metrics_that_can_not_be_read(
    archive: Path, tmp_path: Path, text: bytes | None, reason: str
) -> None:
    metrics = tmp_path / "metrics.json"
    if text is not None:
        metrics.write_bytes(text)
    with pytest.raises(UsageError, match=reason):
        deliver(DEV, MODEL, archive, "v1", ignore, metrics)
