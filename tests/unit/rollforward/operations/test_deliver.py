"""`rollforward deliver`: what is uploaded, what is waited for, and what is printed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from lambda_src.shared.registry import Approval
from rollforward.cli import deliver as command
from rollforward.errors import RollforwardError, UsageError
from rollforward.operations import deliver as delivery
from rollforward.operations.deliver import DeliveryResult, deliver
from rollforward.target import Target
from tests.unit.rollforward.account import BUCKET, DEV, MODEL, SENTIMENT, V1, V2, Account, package
from tests.unit.rollforward.fake_aws import AwsRefusal
from tests.unit.rollforward.typed import typed

KEY = "models/sentiment/v1/model.tar.gz"
METRICS_KEY = "models/sentiment/v1/metrics.json"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "model.tar.gz"
    path.write_bytes(b"an archive")
    return path


def uploads(aws: Account) -> list[str]:
    """The keys of the objects that were written, in their order."""
    return [request["Key"] for request in aws.requested("put_object")]


def version(number: int, version_id: str, verdict: str = "Approved") -> dict[str, Any]:
    return package(number, verdict, key=V1, delivery_version_id=version_id)


def ignore(_: int) -> None:
    pass


def test_the_decision_is_that_of_this_upload_not_of_the_newest(aws: Account, archive: Path) -> None:
    aws.register(version(9, "somebody-elses"), version(8, "mine", "Rejected"))
    result = deliver(SENTIMENT, archive, "v1", ignore)
    assert result == DeliveryResult(
        model=MODEL,
        delivered=KEY,
        version_id="mine",
        registry_version=8,
        status=Approval.REJECTED,
        reason="Sound",
        registered=V1,
    )
    assert not result.approved
    assert aws.objects[BUCKET, KEY] == b"an archive"


def test_the_decision_is_waited_for(aws: Account, archive: Path) -> None:
    aws.packages = [[], [version(1, "mine")]]
    aws.point("none", V1)
    assert deliver(SENTIMENT, archive, "v1", ignore).approved


@pytest.mark.parametrize("newer", [V1, V2])
def test_an_approved_version_is_waited_for_until_the_pointer_names_it_or_a_newer_one(
    aws: Account, archive: Path, newer: str
) -> None:
    aws.register(version(1, "mine"))
    aws.point("none", "none", newer)
    assert deliver(SENTIMENT, archive, "v1", ignore).approved
    assert len(aws.requested("get_parameter")) == 3


def test_a_decision_that_does_not_come_says_where_to_look(
    aws: Account, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "DECISION_TIMEOUT_SECONDS", 0)
    assert aws.packages == [[]]
    with pytest.raises(RollforwardError) as caught:
        deliver(SENTIMENT, archive, "v1", ignore)
    assert f"{KEY} is delivered (version id mine)" in str(caught.value)
    assert "/aws/lambda/rollforward-dev-registrar" in str(caught.value)
    assert "rollforward-dev-registrar-dead-letters" in str(caught.value)


def test_nothing_is_uploaded_before_the_model_is_deployed(aws: Account, archive: Path) -> None:
    aws.parameters.clear()
    with pytest.raises(RollforwardError, match="deploy the stack dev-lambda first"):
        deliver(SENTIMENT, archive, "v1", ignore)
    assert uploads(aws) == []


def test_a_bucket_that_does_not_exist_names_the_stack_to_deploy(
    aws: Account, archive: Path
) -> None:
    aws.refusals["put_object"] = AwsRefusal("NoSuchBucket", status=404)
    with pytest.raises(RollforwardError, match="does not exist: deploy the stack dev-s3 first"):
        deliver(SENTIMENT, archive, "v1", ignore)


@pytest.mark.parametrize("version", ["a/b", " ", ".", ".."])
def test_a_version_that_would_make_another_key_is_refused(
    aws: Account, archive: Path, version: str
) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a version"):
        deliver(SENTIMENT, archive, version, ignore)
    assert aws.requests == []


def test_an_unknown_model_is_refused_with_the_known_names(aws: Account, archive: Path) -> None:
    with pytest.raises(ConfigError, match="it has: sentiment"):
        deliver(Target(DEV, "other"), archive, "v1", ignore)
    assert aws.requests == []


def test_a_delivery_without_a_version_is_named_by_the_current_time(
    aws: Account, archive: Path
) -> None:
    aws.register(version(1, "mine"), registered=V1)
    assert deliver(SENTIMENT, archive, None, ignore).approved
    (key,) = uploads(aws)
    assert re.fullmatch(r"models/sentiment/\d{8}-\d{6}/model\.tar\.gz", key)


def test_a_delivery_that_waits_for_approval_is_neither_approved_nor_refused(
    aws: Account, archive: Path
) -> None:
    aws.register(version(1, "mine", "PendingManualApproval"))
    result = deliver(SENTIMENT, archive, "v1", ignore)
    assert (result.waiting, result.approved) == (True, False)


def test_a_delivery_that_has_two_versions_has_the_decision_of_the_newer(
    aws: Account, archive: Path
) -> None:
    newer, older = version(2, "mine"), version(1, "mine", "PendingManualApproval")
    aws.register(newer, older, registered=V1)
    result = deliver(SENTIMENT, archive, "v1", ignore)
    assert (result.registry_version, result.approved) == (2, True)


def test_metrics_are_uploaded_before_their_archive(
    aws: Account, archive: Path, tmp_path: Path
) -> None:
    metrics = tmp_path / "scores.json"
    metrics.write_text('{"accuracy": 0.91}')
    aws.register(version(1, "mine"), registered=V1)
    assert deliver(SENTIMENT, archive, "v1", ignore, metrics).approved
    assert uploads(aws) == [METRICS_KEY, KEY]


@pytest.mark.parametrize(
    ("status", "code"), [("Approved", 0), ("PendingManualApproval", 0), ("Rejected", 1)]
)
def test_a_refusal_alone_fails_the_command(
    aws: Account, archive: Path, status: str, code: int
) -> None:
    aws.register(version(7, "mine", status), registered=V1)
    ran = typed(command.app, MODEL, str(archive), "--version", "v1")
    waiting = "waiting for approval: rollforward approve sentiment 7 --env dev"
    assert ran.code == code
    assert ran.lines[:2] == [f"{KEY}: {status}, registry version 7", "Sound"]
    assert ran.lines[2:] == ([waiting] if status == "PendingManualApproval" else [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"accuracy: 0.91", "is not valid JSON: "),
        (b"\xff\xfe\x00", "is not valid JSON: "),
        (b"", "is not valid JSON: "),
        (b"[" * 100_000, "is nested more than 32 levels deep"),
        (b"[0.91]", "is not a JSON object of numbers by name"),
        (b'{"f1": NaN}', "contains NaN, which is not a number"),
        (b'{"f1": 0.9, "f1": 0.8}', "contains 'f1' twice"),
        (b'{"f1": 1e999}', "contains a number that is too large: 'f1'"),
        (b'{"f1": "0.9"}', "contains no number"),
        (json.dumps(dict.fromkeys(map(str, range(1001)), 1)).encode(), "more than 1,000 numbers"),
        (b" " * (1024**2 + 1), "is larger than 1,048,576 bytes"),
        (None, "cannot read "),
    ],
    ids=[
        *("not JSON", "not text", "empty", "too deep", "no object", "NaN", "twice", "too large"),
        *("no number", "too many", "too long", "no file"),
    ],
)
def test_nothing_is_uploaded_if_the_registrar_could_not_use_the_metrics(
    aws: Account, archive: Path, tmp_path: Path, text: bytes | None, reason: str
) -> None:
    metrics = tmp_path / "metrics.json"
    if text is not None:
        metrics.write_bytes(text)
    with pytest.raises(UsageError, match=reason):
        deliver(SENTIMENT, archive, "v1", ignore, metrics)
    assert aws.requests == []


def test_metrics_that_the_registry_does_not_keep_are_named_before_the_upload(
    aws: Account, archive: Path, tmp_path: Path
) -> None:
    metrics = tmp_path / "scores.json"
    numbers = {f"m{number}": number for number in range(50)} | {"f1 (macro)": 0.9, "auc": 0.8}
    metrics.write_text(json.dumps(numbers))
    aws.register(version(1, "mine"), registered=V1)
    ran = typed(command.app, MODEL, str(archive), "--version", "v1", "--metrics", str(metrics))
    assert ran.code == 0
    assert ran.err == (
        "note: the gate uses every metric, but `history` will not show 6 of them: "
        "auc, f1 (macro), m46, m47, m48, m49. SageMaker keeps 46 metrics with a version, and no name with "
        "other characters than letters, digits and _.:/=+-@\n"
    )


def test_metrics_that_the_registry_keeps_need_no_note(
    aws: Account, archive: Path, tmp_path: Path
) -> None:
    metrics = tmp_path / "scores.json"
    metrics.write_text('{"latency_ms": {"p95": 120}}')
    aws.register(version(1, "mine"), registered=V1)
    ran = typed(command.app, MODEL, str(archive), "--version", "v1", "--metrics", str(metrics))
    assert (ran.code, ran.err) == (0, "")
