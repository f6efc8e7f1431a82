import json
from pathlib import Path
from typing import Any

import pytest

from lambda_src.register_model import handler as lambda_function
from lambda_src.register_model.events import Notice
from lambda_src.register_model.observability import logger
from lambda_src.shared.cloud import Cloud
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.objects import BUCKET
from tests.unit.lambda_src.invocation import Context, logged, metrics
from tests.unit.lambda_src.register_model.fake_deliveries import (
    NAMES,
    POINTER,
    FakeDeliveries,
)
from tests.unit.lambda_src.shared.archives import archive_without_a_model, sound_archive

V1 = f"models/{MODEL}/v1/model.tar.gz"
V2 = f"models/{MODEL}/v2/model.tar.gz"


@pytest.fixture(autouse=True)
def _lambda(monkeypatch: pytest.MonkeyPatch, cloud: FakeDeliveries) -> None:
    monkeypatch.setenv("POINTER_PARAMETER", NAMES.pointer.text)
    monkeypatch.setenv("RECENT_PARAMETER", NAMES.recent.text)
    monkeypatch.setenv("SETTINGS_PARAMETER", NAMES.settings.text)
    monkeypatch.setenv("PACKAGE_GROUP", NAMES.group.text)
    monkeypatch.setenv("MODEL_BUCKET", NAMES.bucket)
    monkeypatch.setenv("ENDPOINT", NAMES.endpoint.text)
    monkeypatch.setenv("TOPIC_ARN", NAMES.topic)
    monkeypatch.setattr(lambda_function, "connect", lambda _: cloud.connect())


def invoke(*notices: Notice) -> None:
    records = [
        {
            "s3": {
                "bucket": {"name": notice.bucket},
                "object": {"key": notice.key, "versionId": notice.version_id},
            }
        }
        for notice in notices
    ]
    lambda_function.handler({"Records": records}, Context("registrar"))  # type: ignore[arg-type]


def test_every_record_of_an_event_is_registered(cloud: FakeDeliveries) -> None:
    invoke(cloud.deliver(V1, sound_archive("1")), cloud.deliver(V2, sound_archive("2")))
    assert len(cloud.versions) == 2
    assert "-v2-" in cloud.values[POINTER]


def test_a_refused_delivery_is_no_failure_of_the_lambda(cloud: FakeDeliveries) -> None:
    invoke(cloud.deliver(V1, archive_without_a_model()))
    assert cloud.values[POINTER] == "none"


def test_one_failure_lets_the_others_finish_and_then_fails_the_invocation(
    cloud: FakeDeliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = [cloud.deliver(V1, sound_archive("1")), cloud.deliver(V2, sound_archive("2"))]
    calls = iter([True])

    def connect(_: str) -> Cloud:
        def gate() -> None:
            if next(calls, False):
                raise ConnectionError("throttled")

        cloud.gate = gate
        return cloud.connect()

    monkeypatch.setattr(lambda_function, "connect", connect)
    with pytest.raises(ExceptionGroup) as caught:
        invoke(*notices)
    assert [type(failure) for failure in caught.value.exceptions] == [ConnectionError]
    assert "-v2-" in cloud.values[POINTER]


def test_the_test_event_of_s3_is_acknowledged() -> None:
    lambda_function.handler({"Event": "s3:TestEvent"}, Context("registrar"))  # type: ignore[arg-type]


def test_a_missing_setting_fails_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PACKAGE_GROUP")
    with pytest.raises(KeyError, match="PACKAGE_GROUP"):
        invoke()


def test_a_registration_is_measured_by_model(
    cloud: FakeDeliveries, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke(cloud.deliver(V1, sound_archive()))
    [line] = metrics(capsys)
    assert (line["model"], line["Registered"]) == (MODEL, [1.0])
    assert line["Duration"][0] > 0
    assert "Refused" not in line


def test_each_delivery_of_an_event_is_measured_by_itself(
    cloud: FakeDeliveries, capsys: pytest.CaptureFixture[str]
) -> None:
    unknown = cloud.deliver("models/mood/v1/model.tar.gz", sound_archive())
    invoke(cloud.deliver(V1, archive_without_a_model()), unknown)
    lines = metrics(capsys)
    assert [(line["model"], line["Refused"]) for line in lines] == [
        (MODEL, [1.0]),
        ("unknown", [1.0]),
    ]


def test_a_refusal_is_logged_with_the_object_and_the_reason(
    cloud: FakeDeliveries, caplog: pytest.LogCaptureFixture
) -> None:
    notice = cloud.deliver(V1, archive_without_a_model())
    invoke(notice)
    [line] = logged(caplog, logger)
    assert (line["levelname"], line["outcome"], line["model"]) == ("WARNING", "refused", MODEL)
    assert (line["bucket"], line["key"]) == (BUCKET, V1)
    assert line["version_id"] == notice.version_id
    assert "neither" in line["reason"]


def test_a_key_that_is_no_delivery_is_logged_and_not_measured(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    invoke(Notice(BUCKET, "models/notes.txt", "1"))
    assert [line["outcome"] for line in logged(caplog, logger)] == ["no delivery"]
    assert metrics(capsys) == []


def approval_event() -> dict[str, Any]:
    path = Path(__file__).parents[1] / "events" / "model_package_state_change.json"
    event: dict[str, Any] = json.loads(path.read_text())
    return event


def test_the_pointer_leaves_a_rejected_version_and_moves_to_an_approved_one(
    cloud: FakeDeliveries,
) -> None:
    invoke(cloud.deliver(V1, sound_archive("1")), cloud.deliver(V2, sound_archive("2")))
    cloud.decide(2, Approval.REJECTED)
    lambda_function.handler(approval_event(), Context("registrar"))  # type: ignore[arg-type]
    assert "-v1-" in cloud.values[POINTER]
    cloud.decide(2, Approval.APPROVED)
    lambda_function.handler(approval_event(), Context("registrar"))  # type: ignore[arg-type]
    assert "-v2-" in cloud.values[POINTER]


@pytest.mark.parametrize("group", ["somebody-elses", "rollforward-dev-", "rollforward-dev-other"])
def test_an_event_about_another_group_changes_nothing(cloud: FakeDeliveries, group: str) -> None:
    event = approval_event()
    event["detail"]["ModelPackageGroupName"] = group
    lambda_function.handler(event, Context("registrar"))  # type: ignore[arg-type]
    assert cloud.writes == []
