"""What the prover makes of an endpoint's state."""

from datetime import timedelta

import pytest

from lambda_src.prove_model.prover import PAUSE_SECONDS
from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.shared.announcement import Announcement, Event
from lambda_src.shared.prover_answer import ProverAnswer, Verdict
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.prove_model.fake_rolls import (
    LIVE,
    V1,
    V2,
    FakeRolls,
)


def test_a_new_live_model_is_announced_and_remembered(cloud: FakeRolls) -> None:
    answer = cloud.prove().answer
    assert answer == ProverAnswer(Verdict.LIVE, MODEL, live=V1, asked=V1)
    reason = "The endpoint serves what was asked for."
    assert cloud.announced == [Announcement(Event.LIVE, MODEL, 1, reason, V1)]
    assert cloud.values[LIVE] == V1


def test_a_live_model_is_announced_once_however_often_its_endpoint_scales(
    cloud: FakeRolls,
) -> None:
    answers = [cloud.prove().answer.verdict for _ in range(3)]
    assert answers == [Verdict.LIVE] * 3
    assert cloud.events == [Event.LIVE]


def test_a_live_model_is_announced_by_the_highest_number_of_its_versions(cloud: FakeRolls) -> None:
    cloud.record(V1)
    cloud.prove()
    assert [announcement.version for announcement in cloud.announced] == [3]


def test_a_deployment_that_is_reported_late_is_found_rolled_back_at_once(cloud: FakeRolls) -> None:
    answer = cloud.prove(deployment=StartedDeployment("v2", replaced="v1", started=1)).answer
    assert (answer.verdict, cloud.rejected) == (Verdict.ROLLED_BACK, [2])


def test_an_old_event_that_comes_again_changes_nothing(cloud: FakeRolls) -> None:
    first = cloud.deploy("v2", replaced="v1")
    cloud.live = "v2"
    cloud.prove()
    cloud.deploy("v1", replaced="v2")
    cloud.live = "v1"
    assert cloud.prove(deployment=first).answer == ProverAnswer(
        Verdict.LIVE, MODEL, live=V1, asked=V1
    )
    assert cloud.rejected == []


def test_a_later_deployment_that_no_event_reported_is_no_roll_back(cloud: FakeRolls) -> None:
    cloud.deploy("v2", replaced="v1")
    cloud.live = "v2 larger"
    assert cloud.prove().answer == ProverAnswer(Verdict.LIVE, MODEL, live=V2, asked=V2)
    assert cloud.rejected == []


def test_an_update_that_sagemaker_refused_is_no_roll_back(cloud: FakeRolls) -> None:
    cloud.deploy("v1", replaced="v2")
    # Then an apply asked for v2 while the endpoint scaled: no deployment began.
    assert cloud.prove().answer == ProverAnswer(Verdict.LIVE, MODEL, live=V1, asked=V1)
    assert cloud.rejected == []


@pytest.mark.parametrize("model_data", ["s3://elsewhere/model.tar.gz", None])
def test_a_model_put_there_by_hand_or_from_a_hub_is_live_but_not_announced(
    cloud: FakeRolls, model_data: str | None
) -> None:
    cloud.configurations["v1"] = model_data
    answer = cloud.prove().answer
    assert (answer.verdict, answer.live) == (Verdict.LIVE, None)
    assert answer.reason == "v1 is live, and names no registered model."
    assert cloud.announced == []


def test_a_missing_endpoint_is_no_failure(cloud: FakeRolls) -> None:
    cloud.status = None
    answer = cloud.prove().answer
    reason = "There is no endpoint 'rollforward-dev-sentiment'."
    assert answer == ProverAnswer(Verdict.NO_ENDPOINT, MODEL, reason=reason)


def test_an_endpoint_of_another_environment_with_a_like_name_is_left_alone(
    cloud: FakeRolls,
) -> None:
    cloud.roll_back()
    del cloud.values[LIVE]
    answer = cloud.prove().answer
    reason = "There is no model 'sentiment' in this environment."
    assert answer == ProverAnswer(Verdict.NO_ENDPOINT, MODEL, reason=reason)
    assert (cloud.rejected, cloud.announced, cloud.asked_for) == ([], [], "v2")


@pytest.mark.parametrize("status", ["Creating", "Updating", "SystemUpdating", "RollingBack"])
def test_an_endpoint_that_has_not_settled_is_not_judged(cloud: FakeRolls, status: str) -> None:
    cloud.roll_back()
    cloud.status = status
    answer = cloud.prove().answer
    assert answer == ProverAnswer(Verdict.NOT_SETTLED, MODEL, reason=f"The endpoint is {status}.")
    assert (cloud.rejected, cloud.announced, cloud.asked_for) == ([], [], "v2")


@pytest.mark.parametrize("status", ["Failed", "UpdateRollbackFailed"])
def test_a_failed_endpoint_is_announced_and_rejects_nothing(cloud: FakeRolls, status: str) -> None:
    cloud.deploy("v2", replaced="v1")
    cloud.status, cloud.failure_reason = status, "No capacity."
    answer = cloud.prove().answer
    reason = f"The endpoint is {status}: No capacity."
    assert answer == ProverAnswer(Verdict.FAILED, MODEL, asked=V2, reason=reason)
    assert cloud.announced == [Announcement(Event.FAILED, MODEL, 2, reason, V2)]
    assert cloud.rejected == []


def test_an_operator_s_proof_of_a_failed_endpoint_is_not_announced(cloud: FakeRolls) -> None:
    cloud.status = "Failed"
    assert cloud.prove(by_operator=True).answer.verdict == Verdict.FAILED
    assert cloud.announced == []


def test_a_roll_back_rejects_the_version_that_was_asked_for(cloud: FakeRolls) -> None:
    cloud.roll_back("The container did not pass its ping.")
    answer = cloud.prove().answer
    reason = "Rolled back by SageMaker: The container did not pass its ping."
    assert answer == ProverAnswer(Verdict.ROLLED_BACK, MODEL, V1, V2, reason, rejected=(2,))
    assert cloud.reasons == {2: reason}
    assert cloud.announced == [Announcement(Event.ROLLED_BACK, MODEL, 2, reason, V2)]
    assert cloud.asked_for == "v1"


def test_a_roll_back_rejects_every_version_of_the_same_pinned_copy(cloud: FakeRolls) -> None:
    cloud.record(V2, Approval.REJECTED)
    cloud.record(V2, Approval.PENDING)
    cloud.roll_back()
    assert cloud.prove().answer.rejected == (2, 3, 4)
    assert sorted(cloud.reasons) == [2, 4]
    assert cloud.announced[0].version == 4


def test_a_roll_back_without_a_reason_has_that_as_its_reason(cloud: FakeRolls) -> None:
    cloud.roll_back(reason=None)
    assert cloud.prove().answer.reason == "Rolled back by SageMaker: it gave no reason."


def test_a_long_reason_becomes_one_line_that_sagemaker_accepts(cloud: FakeRolls) -> None:
    cloud.roll_back("Traceback\n\tat line 1\x00" + "x" * 2000)
    cloud.prove()
    reason = cloud.reasons[2]
    assert len(reason) == 1024
    assert reason.startswith("Rolled back by SageMaker: Traceback at line 1 xxx")
    assert reason.endswith("x…")


def test_settings_that_were_rolled_back_reject_no_version(cloud: FakeRolls) -> None:
    cloud.deploy("v2 larger", replaced="v2")
    cloud.live, cloud.failure_reason = "v2", "No capacity."
    answer = cloud.prove().answer
    assert (answer.verdict, answer.live, answer.asked) == (Verdict.ROLLED_BACK, V2, V2)
    assert answer.reason == (
        "Only its settings differ from what is live, so nothing is rejected. "
        "Rolled back by SageMaker: No capacity."
    )
    assert (answer.rejected, cloud.rejected) == ((), [])
    assert cloud.events == [Event.ROLLED_BACK]
    assert cloud.asked_for == "v2"


def test_a_roll_back_from_a_deleted_configuration_is_announced(
    cloud: FakeRolls,
) -> None:
    cloud.roll_back("No capacity.")
    del cloud.configurations["v2"]
    answer = cloud.prove().answer
    assert (answer.verdict, answer.live, answer.asked) == (Verdict.ROLLED_BACK, V1, None)
    assert answer.reason == (
        "v2 names no registered model, so nothing is rejected. "
        "Rolled back by SageMaker: No capacity."
    )
    assert [(one.version, one.key) for one in cloud.announced] == [(None, None)]
    assert (cloud.rejected, cloud.asked_for) == ([], "v1")


def test_a_roll_back_to_a_configuration_that_is_gone_still_rejects(cloud: FakeRolls) -> None:
    cloud.roll_back()
    del cloud.configurations["v1"]
    answer = cloud.prove().answer
    assert (answer.live, answer.rejected) == (None, (2,))


def test_a_roll_back_is_announced_once_however_many_events_come(cloud: FakeRolls) -> None:
    cloud.roll_back()
    verdicts = [cloud.prove().answer.verdict for _ in range(3)]
    assert verdicts[0] == Verdict.ROLLED_BACK
    assert cloud.events.count(Event.ROLLED_BACK) == 1


def test_a_version_approved_again_after_its_roll_back_stays_approved(cloud: FakeRolls) -> None:
    cloud.roll_back()
    cloud.prove()
    cloud.decide(2, Approval.APPROVED)
    cloud.prove()
    assert cloud.rejected == []


def test_an_endpoint_that_is_not_yet_shown_as_updating_is_waited_for(cloud: FakeRolls) -> None:
    cloud.deploy("v2", replaced="v1")
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        cloud.status = "Updating"

    assert cloud.prove(sleep=sleep).answer.verdict == Verdict.NOT_SETTLED
    assert pauses == [PAUSE_SECONDS]
    assert (cloud.rejected, cloud.announced, cloud.asked_for) == ([], [], "v2")


def test_an_apply_that_ends_between_two_looks_is_live(cloud: FakeRolls) -> None:
    cloud.deploy("v2", replaced="v1")

    def sleep(_: float) -> None:
        cloud.live = "v2"

    assert cloud.prove(sleep=sleep).answer == ProverAnswer(Verdict.LIVE, MODEL, live=V2, asked=V2)
    assert cloud.rejected == []


def test_an_apply_that_is_rolled_back_between_two_looks_is_looked_at_again(
    cloud: FakeRolls,
) -> None:
    cloud.deploy("v2", replaced="v1")
    pauses: list[float] = []

    def sleep(seconds: float) -> None:
        if not pauses:
            cloud.failure_reason = "Crashed."
        pauses.append(seconds)

    answer = cloud.prove(sleep=sleep).answer
    assert (answer.verdict, answer.rejected) == (Verdict.ROLLED_BACK, (2,))
    assert "Crashed." in (answer.reason or "")
    assert len(pauses) == 2


def test_the_next_deployment_is_remembered_if_it_begins_during_a_proof(cloud: FakeRolls) -> None:
    cloud.roll_back()

    def next_apply() -> None:
        cloud.deploy("v2 larger", replaced="v1")

    cloud.on_announced = next_apply
    assert cloud.prove().answer.verdict == Verdict.ROLLED_BACK
    assert cloud.asked_for == "v2 larger"


def test_a_second_apply_of_the_same_version_does_not_count_as_rolled_back(
    cloud: FakeRolls,
) -> None:
    cloud.roll_back()

    def next_apply() -> None:
        cloud.status = "Updating"

    cloud.on_announced = next_apply
    cloud.prove()
    cloud.status, cloud.live = "InService", "v2"
    cloud.modified += timedelta(minutes=10)
    assert cloud.prove().answer == ProverAnswer(Verdict.LIVE, MODEL, live=V2, asked=V2)
    assert cloud.rejected == [2]
