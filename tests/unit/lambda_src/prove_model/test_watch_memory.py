"""What a watch remembers of a deployment, and what becomes of it."""

from dataclasses import replace

import pytest

from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.shared.prover_answer import Verdict
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.fakes.parameters import FakeParameters
from tests.unit.lambda_src.prove_model.fake_rolls import LAST_DEPLOYMENT, V2, FakeRolls
from tests.unit.lambda_src.prove_model.watching import (
    ALL,
    BAKING,
    CREATING,
    RIGHT,
    SMOKE,
    WRONG,
    crash,
    known,
    watch,
)


def test_a_later_deployment_keeps_what_is_known_of_it(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    later = cloud.deploy("v2", replaced="v1")
    cloud.pending, cloud.answers = ALL, crash
    watch(cloud, deployment)
    assert known(cloud) == later


def test_the_answer_is_part_of_the_rejected_version_s_reason(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending, cloud.answers = ALL, lambda _: WRONG
    watch(cloud, deployment)
    cloud.pending, cloud.status = None, "InService"
    cloud.failure_reason = (
        "Alarms associated with the endpoint deployment are in ALARM state: v2-smoke"
    )
    answer = cloud.prove().answer
    assert (answer.verdict, answer.rejected) == (Verdict.ROLLED_BACK, (2,))
    assert cloud.reasons[2].startswith("Its smoke request failed. Sent:")
    assert cloud.reasons[2].endswith("ALARM state: v2-smoke")
    settled = known(cloud)
    assert (settled.configuration, settled.rolled_back) == ("v1", "v2")


def test_a_failure_is_remembered_before_sagemaker_can_know(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending, cloud.answers = ALL, crash

    def gate() -> None:
        if cloud.values[LAST_DEPLOYMENT] != str(deployment):
            raise ConnectionError("throttled")

    cloud.gate = gate
    with pytest.raises(ConnectionError):
        watch(cloud, deployment)
    assert known(cloud).failure
    assert cloud.failures_counted == []
    cloud.gate = lambda: None
    watch(cloud, deployment)
    assert cloud.failures_counted == ["v2"]


def test_a_long_failure_fits_into_the_parameter(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending, cloud.answers = ALL, lambda _: b'"' + "ü".encode() * 5000 + b'"'
    watch(cloud, deployment)
    assert len(cloud.values[LAST_DEPLOYMENT].encode()) < 4096


@pytest.mark.parametrize("template", ["{{ bos }}{% for m in messages %}{{m}}", "{{}}" * 2000])
def test_a_failure_that_contains_a_template_is_stored_unchanged(
    cloud: FakeRolls, deployment: StartedDeployment, template: str
) -> None:
    cloud.pending, cloud.answers = ALL, lambda _: template.encode()
    watch(cloud, deployment)
    assert cloud.failures_counted == ["v2"]
    assert template[:20] in str(known(cloud).failure)
    assert len(cloud.values[LAST_DEPLOYMENT].encode()) < 4096


def test_a_failure_that_cannot_be_stored_still_makes_sagemaker_roll_back(
    cloud: FakeRolls, deployment: StartedDeployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ConnectionError("throttled")

    monkeypatch.setattr(FakeParameters, "write", refuse)
    cloud.pending, cloud.answers = ALL, crash
    with pytest.raises(ConnectionError):
        watch(cloud, deployment)
    assert cloud.failures_counted == ["v2"]


def test_a_later_stage_keeps_what_is_known_though_its_time_is_another(cloud: FakeRolls) -> None:
    """The start of the deployment is not told: each stage has the time of its own event."""
    cloud.bring_smoke(V2, SMOKE)
    cloud.status, cloud.answers = "Updating", lambda _: RIGHT
    creating = StartedDeployment("v2", "v1", cloud.started + 1, timed=False)
    baking = replace(creating, started=creating.started + 60_000)
    cloud.pending = CREATING
    cloud.prove(deployment=creating)
    watch(cloud, creating)
    cloud.status, cloud.pending, cloud.answers = "Updating", BAKING, lambda _: WRONG
    cloud.prove(deployment=baking)
    watch(cloud, baking)
    assert known(cloud).old_passes
    assert known(cloud).failure


def test_an_event_that_comes_after_the_roll_back_begins_no_other_deployment(
    cloud: FakeRolls,
) -> None:
    cloud.status = "Updating"
    creating = StartedDeployment("v2", "v1", cloud.started + 1, timed=False)
    cloud.prove(deployment=creating)
    cloud.status = "InService"
    assert cloud.prove().answer.verdict == Verdict.ROLLED_BACK
    cloud.decide(2, Approval.APPROVED)
    ended = int(cloud.modified.timestamp() * 1000)
    cloud.prove(deployment=replace(creating, started=ended - 1))
    assert cloud.rejected == []
