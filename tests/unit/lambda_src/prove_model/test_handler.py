import json
from pathlib import Path
from typing import Any

import pytest

from lambda_src.prove_model import handler as lambda_function
from lambda_src.prove_model.cloud import ProverCloud
from lambda_src.prove_model.names import Names
from lambda_src.prove_model.observability import logger
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.invocation import Context, logged, metrics
from tests.unit.lambda_src.prove_model.fake_rolls import (
    LAST_DEPLOYMENT,
    NAMES,
    V1,
    V2,
    FakeRolls,
)

EVENTS = Path(__file__).parents[1] / "events"


@pytest.fixture(autouse=True)
def _lambda(monkeypatch: pytest.MonkeyPatch, cloud: FakeRolls) -> None:
    monkeypatch.setenv("ENDPOINT", NAMES.endpoint.text)
    monkeypatch.setenv("PACKAGE_GROUP", NAMES.group.text)
    monkeypatch.setenv("LIVE_PARAMETER", NAMES.live.text)
    monkeypatch.setenv("ASKED_PARAMETER", NAMES.last_deployment.text)
    monkeypatch.setenv("REQUESTS_PREFIX", NAMES.requests.text)
    monkeypatch.setenv("MODEL_BUCKET", NAMES.bucket)
    monkeypatch.setenv("TOPIC_ARN", NAMES.topic)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", NAMES.metrics_namespace)
    monkeypatch.setenv("SMOKE_METRIC", NAMES.smoke_metric)

    def connect(names: Names) -> ProverCloud:
        assert names == NAMES
        return cloud.connect()

    monkeypatch.setattr(lambda_function, "connect", connect)


def event(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return found


def invoke(event: dict[str, Any]) -> dict[str, Any] | None:
    answer: dict[str, Any] | None = lambda_function.handler(event, Context("prover"))  # type: ignore[arg-type]
    return answer


@pytest.mark.parametrize("name", ["endpoint_state_change", "endpoint_deployment_state_change"])
def test_an_event_of_sagemaker_proves_the_model_of_the_endpoint(name: str) -> None:
    assert invoke(event(name)) == {
        "verdict": "live",
        "model": MODEL,
        "live": V1,
        "asked": V1,
        "reason": None,
        "rejected": [],
    }


def test_an_operator_receives_plain_json(cloud: FakeRolls) -> None:
    cloud.roll_back("Crashed.")
    answer = invoke({"model": MODEL})
    assert json.loads(json.dumps(answer)) == answer
    assert answer == {
        "verdict": "rolled back",
        "model": MODEL,
        "live": V1,
        "asked": V2,
        "reason": "Rolled back by SageMaker: Crashed.",
        "rejected": [2],
    }


def test_a_failed_endpoint_is_announced_for_an_event_but_not_for_an_operator(
    cloud: FakeRolls,
) -> None:
    cloud.status = "Failed"
    invoke({"model": MODEL})
    assert cloud.announced == []
    invoke(event("endpoint_state_change"))
    assert len(cloud.announced) == 1


def test_an_endpoint_of_no_model_is_left_alone(
    cloud: FakeRolls, caplog: pytest.LogCaptureFixture
) -> None:
    foreign = event("endpoint_state_change")
    foreign["detail"]["EndpointName"] = "somebody-elses"
    assert invoke(foreign) is None
    assert [line["endpoint"] for line in logged(caplog, logger)] == ["somebody-elses"]
    assert cloud.announced == []


def test_what_goes_wrong_fails_the_invocation(cloud: FakeRolls) -> None:
    def gate() -> None:
        raise ConnectionError("throttled")

    cloud.gate = gate
    with pytest.raises(ConnectionError, match="throttled"):
        invoke(event("endpoint_state_change"))


def test_a_missing_setting_fails_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIVE_PARAMETER")
    with pytest.raises(KeyError, match="LIVE_PARAMETER"):
        invoke({"model": MODEL})


def test_going_live_is_counted_once_by_model(capsys: pytest.CaptureFixture[str]) -> None:
    invoke(event("endpoint_state_change"))
    invoke(event("endpoint_state_change"))
    [line] = metrics(capsys)
    assert (line["model"], line["Live"]) == (MODEL, [1.0])
    assert "RolledBack" not in line


def test_a_roll_back_is_counted_and_logged_with_the_keys_and_the_reason(
    cloud: FakeRolls, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    cloud.roll_back("Crashed.")
    invoke(event("endpoint_state_change"))
    [line] = metrics(capsys)
    assert (line["model"], line["RolledBack"]) == (MODEL, [1.0])
    [log] = logged(caplog, logger)
    assert (log["levelname"], log["verdict"], log["model"]) == ("WARNING", "rolled back", MODEL)
    assert (log["live"], log["asked"], log["rejected"]) == (V1, V2, [2])
    assert "Crashed." in log["reason"]


@pytest.mark.parametrize(
    "started",
    [
        1635195148181,
        "1635195148181",
        1635195148.181,
        "1635195148.181",
        "2021-10-25T20:52:28.181Z",
        "2021-10-25T20:52:28.181",
    ],
)
def test_the_beginning_of_a_deployment_is_remembered(cloud: FakeRolls, started: Any) -> None:
    told = event("endpoint_deployment_state_change")
    told["detail"]["PendingDeploymentSummary"]["StartTime"] = started
    cloud.status = "Updating"
    invoke(told)
    pending = told["detail"]["PendingDeploymentSummary"]["EndpointConfigName"]
    assert cloud.asked_for == pending
    assert json.loads(cloud.values[LAST_DEPLOYMENT])["started"] == 1635195148181


UNREADABLE: list[Any] = [None, "", "Oct 25, 2021 8:52:28 PM", "NaN", "Infinity", {}, "9" * 400]


@pytest.mark.parametrize("started", UNREADABLE)
def test_a_deployment_without_a_start_that_is_understood_is_remembered_by_the_event_s_time(
    cloud: FakeRolls, caplog: pytest.LogCaptureFixture, started: Any
) -> None:
    told = event("endpoint_deployment_state_change")
    told["detail"]["PendingDeploymentSummary"]["StartTime"] = started
    cloud.status = "Updating"
    invoke(told)
    remembered = json.loads(cloud.values[LAST_DEPLOYMENT])
    assert (remembered["started"], remembered["timed"]) == (1635195148181, False)
    assert [line["StartTime"] for line in logged(caplog, logger) if "StartTime" in line] == [
        started
    ]


def test_a_deployment_whose_event_has_no_times_at_all_is_remembered_by_eventbridge_s(
    cloud: FakeRolls,
) -> None:
    told = event("endpoint_deployment_state_change")
    del told["detail"]["PendingDeploymentSummary"]["StartTime"]
    del told["detail"]["LastModifiedTime"]
    cloud.status = "Updating"
    invoke(told)
    assert json.loads(cloud.values[LAST_DEPLOYMENT])["started"] == 1635126732000
