"""What an operator learns, who knows from Terraform's state what the last apply asked for."""

from datetime import timedelta

from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.shared.announcement import Event
from lambda_src.shared.prover_answer import ProverAnswer, Verdict
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.prove_model.fake_rolls import V1, V2, FakeRolls

REASON = "Rolled back by SageMaker: Crashed."


def test_what_was_asked_for_is_live(cloud: FakeRolls) -> None:
    answer = cloud.prove(configuration="v1").answer
    assert answer == ProverAnswer(Verdict.LIVE, MODEL, live=V1, asked=V1)


def test_a_roll_back_that_an_event_reported_is_announced_once_and_still_found(
    cloud: FakeRolls,
) -> None:
    cloud.roll_back("Crashed.")
    cloud.prove()
    answers = [cloud.prove(configuration="v2").answer for _ in range(2)]
    expected = ProverAnswer(Verdict.ROLLED_BACK, MODEL, V1, V2, REASON, rejected=(2,))
    assert answers == [expected, expected]
    assert cloud.events.count(Event.ROLLED_BACK) == 1


def test_the_failed_smoke_request_stays_part_of_the_reason(cloud: FakeRolls) -> None:
    cloud.remember_failure("Its smoke request failed.", cloud.deploy("v2", replaced="v1"))
    cloud.failure_reason = "Crashed."
    cloud.prove()
    answer = cloud.prove(configuration="v2").answer
    assert answer.reason == f"Its smoke request failed. {REASON}"


def test_an_apply_that_never_reached_sagemaker_rejects_and_announces_nothing(
    cloud: FakeRolls,
) -> None:
    """Terraform writes the new configuration into its state even if SageMaker refuses the update."""
    cloud.prove()
    answer = cloud.prove(configuration="v2").answer
    assert (answer.verdict, answer.live, answer.asked) == (Verdict.NOT_APPLIED, V1, V2)
    assert "no event reported" in str(answer.reason)
    assert (answer.rejected, cloud.rejected) == ((), [])
    assert cloud.events == [Event.LIVE]
    assert cloud.asked_for is None


def test_a_roll_back_that_only_the_apply_saw_rejects_and_is_announced_once(
    cloud: FakeRolls,
) -> None:
    cloud.prove()
    cloud.failure_reason = "Crashed."
    answers = [cloud.prove(configuration="v2", rolled_back=True).answer for _ in range(2)]
    expected = ProverAnswer(Verdict.ROLLED_BACK, MODEL, V1, V2, REASON, rejected=(2,))
    assert answers == [expected, expected]
    assert cloud.reasons == {2: REASON}
    assert cloud.events == [Event.LIVE, Event.ROLLED_BACK]


def test_a_version_that_was_approved_again_after_its_roll_back_is_not_rejected_again(
    cloud: FakeRolls,
) -> None:
    cloud.roll_back()
    cloud.prove()
    cloud.decide(2, Approval.APPROVED)
    answer = cloud.prove(configuration="v2").answer
    assert (answer.verdict, answer.rejected) == (Verdict.ROLLED_BACK, ())
    assert cloud.rejected == []


def test_a_version_that_the_apply_saw_rolled_back_a_second_time_is_rejected_again(
    cloud: FakeRolls,
) -> None:
    """SageMaker reports no event, for example for Inf1 instances."""
    cloud.prove(configuration="v2", rolled_back=True)
    cloud.decide(2, Approval.APPROVED)
    answer = cloud.prove(configuration="v2", rolled_back=True).answer
    assert (answer.verdict, answer.rejected) == (Verdict.ROLLED_BACK, (2,))
    assert cloud.rejected == [2]
    assert cloud.events.count(Event.ROLLED_BACK) == 2


def test_a_late_event_of_a_roll_back_that_the_apply_saw_changes_nothing(cloud: FakeRolls) -> None:
    cloud.deploy("v1", replaced="v2 larger")
    cloud.modified += timedelta(minutes=10)
    cloud.prove(configuration="v2", rolled_back=True)
    cloud.decide(2, Approval.APPROVED)
    late = StartedDeployment("v2", "v1", cloud.started + 1)
    assert cloud.prove(deployment=late).answer.verdict == Verdict.LIVE
    assert (cloud.rejected, cloud.events.count(Event.ROLLED_BACK)) == ([], 1)


def test_settings_that_only_the_apply_saw_rolled_back_reject_no_version(
    cloud: FakeRolls,
) -> None:
    cloud.live = "v2"
    answer = cloud.prove(configuration="v2 larger", rolled_back=True).answer
    assert (answer.verdict, answer.live, answer.asked) == (Verdict.ROLLED_BACK, V2, V2)
    assert (answer.rejected, cloud.rejected) == ((), [])


def test_a_deployment_after_an_unreported_roll_back_is_found_by_its_event(
    cloud: FakeRolls,
) -> None:
    cloud.prove(configuration="v2", rolled_back=True)
    cloud.decide(2, Approval.APPROVED)
    cloud.roll_back("Crashed again.")
    answer = cloud.prove().answer
    assert (answer.verdict, answer.rejected) == (Verdict.ROLLED_BACK, (2,))
    assert "Crashed again." in str(answer.reason)


def test_an_endpoint_that_rolls_meanwhile_is_looked_at_again(cloud: FakeRolls) -> None:
    def sleep(_: float) -> None:
        cloud.live = "v2"

    answer = cloud.prove(configuration="v2", rolled_back=True, sleep=sleep).answer
    assert (answer.verdict, answer.live) == (Verdict.LIVE, V2)
    assert cloud.rejected == []
