"""What the prover does while SageMaker rolls, with one fleet that answers or with two."""

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain, repeat

import pytest

from lambda_src.prove_model.cloud import InvocationFailed
from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.prove_model.trial import Trial
from lambda_src.prove_model.watch import (
    REQUESTS_TO_THE_OLD_FLEET,
    SECONDS_BETWEEN_LOOKS,
    SECONDS_TO_END,
    StillRolling,
    Watch,
)
from lambda_src.shared.endpoints import PendingDeployment
from lambda_src.shared.prover_answer import Verdict
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.parameters import FakeParameters
from tests.unit.lambda_src.prove_model.fake_rolls import (
    LAST_DEPLOYMENT,
    NAMES,
    V2,
    FakeRolls,
)

SMOKE = '{"request": {"inputs": "lovely"}, "answer": {"label": "positive"}}'
RIGHT, WRONG = b'{"label": "positive"}', b'{"label": "negative"}'
CREATING = PendingDeployment("v2", starting=True, baking=False, share=0.2)
BAKING = PendingDeployment("v2", starting=False, baking=True, share=0.2)
ALL = replace(BAKING, share=1)
# What DescribeEndpoint says: the status, and the deployment.
Stage = tuple[str, PendingDeployment | None]
UNSEEN: Stage = ("Updating", None)
OVER: Stage = ("InService", None)


def crash(_: bytes) -> bytes:
    raise InvocationFailed("ModelError: Received server error (500) from primary.")


@pytest.fixture
def deployment(cloud: FakeRolls) -> StartedDeployment:
    """v1 is live and v2, which brings a smoke request, is on its way."""
    cloud.bring_smoke(V2, SMOKE)
    cloud.status = "Updating"
    return cloud.deploy("v2", replaced="v1")


def watch(
    cloud: FakeRolls,
    deployment: StartedDeployment,
    seconds: float = 900,
    then: Iterable[Stage] = (),
) -> Trial | None:
    """With every look but the first, the next stage of the deployment has begun; then it is over."""
    stages, left = chain(then, repeat(OVER)), seconds

    def sleep(pause: float) -> None:
        nonlocal left
        left -= pause
        if pause == SECONDS_BETWEEN_LOOKS:
            cloud.status, cloud.pending = next(stages)

    connected = replace(cloud.connect(), sleep=sleep)
    return Watch(connected, NAMES, MODEL, deployment, lambda: left).run()


def roll(
    cloud: FakeRolls, deployment: StartedDeployment, *, old: bytes, new: bytes
) -> Trial | None:
    """The events of a canary's first bake, the new fleet getting a fifth of the requests."""
    chance = random.Random(1)  # noqa: S311
    cloud.pending, cloud.answers = CREATING, lambda _: old
    watch(cloud, deployment)
    cloud.status, cloud.pending = "Updating", BAKING
    cloud.answers = lambda _: new if chance.random() < BAKING.share else old
    return watch(cloud, deployment)


def known(cloud: FakeRolls) -> StartedDeployment:
    found = StartedDeployment.parse(cloud.values[LAST_DEPLOYMENT])
    assert found is not None
    return found


def test_a_version_that_passes_counts_no_failure(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    trial = roll(cloud, deployment, old=RIGHT, new=RIGHT)
    assert trial is not None
    assert (trial.sent, trial.has_failed) == (21, False)
    assert cloud.failures_counted == []


def test_a_wrong_answer_is_the_new_version_s_if_the_old_one_answers_as_it_must(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    roll(cloud, deployment, old=RIGHT, new=WRONG)
    assert cloud.failures_counted == ["v2"]
    failure = known(cloud).failure
    assert failure is not None
    assert failure.endswith('Answered: {"label": "negative"}')


def test_the_old_version_s_wrong_answers_do_not_roll_back_a_good_one(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    trial = roll(cloud, deployment, old=WRONG, new=RIGHT)
    assert trial is not None
    assert trial.is_over
    assert cloud.failures_counted == []


def test_both_versions_failing_is_the_new_one_s_once_it_must_have_answered(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    trial = roll(cloud, deployment, old=WRONG, new=WRONG)
    assert trial is not None
    assert trial.sent == 42
    assert cloud.failures_counted == ["v2"]


@pytest.mark.parametrize("answers", [crash, lambda _: WRONG], ids=["error", "wrong answer"])
def test_one_failure_will_do_where_the_new_fleet_answers_alone(
    cloud: FakeRolls, deployment: StartedDeployment, answers: Callable[[bytes], bytes]
) -> None:
    cloud.pending, cloud.answers = ALL, answers
    trial = watch(cloud, deployment)
    assert trial is not None
    assert trial.sent == 1
    assert cloud.failures_counted == ["v2"]


def test_the_old_version_is_asked_before_the_traffic_moves(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending, cloud.answers = CREATING, lambda _: RIGHT
    assert watch(cloud, deployment) is None
    assert len(cloud.invoked_variants) == REQUESTS_TO_THE_OLD_FLEET
    assert known(cloud) == replace(deployment, old_passes=True)


@pytest.mark.parametrize("now", [BAKING, None, replace(CREATING, configuration="v2 larger")])
def test_an_answer_that_may_be_the_new_version_s_says_nothing_of_the_old(
    cloud: FakeRolls, deployment: StartedDeployment, now: PendingDeployment | None
) -> None:
    cloud.pending = CREATING

    def answer(_: bytes) -> bytes:
        cloud.pending = now
        return RIGHT

    cloud.answers = answer
    watch(cloud, deployment)
    assert not known(cloud).old_passes


@pytest.mark.parametrize("pending", [None, replace(BAKING, configuration="v2 larger")])
def test_an_event_that_comes_late_sends_nothing(
    cloud: FakeRolls, deployment: StartedDeployment, pending: PendingDeployment | None
) -> None:
    cloud.pending = pending
    assert watch(cloud, deployment) is None
    assert cloud.invoked_variants == []


def test_a_version_without_smoke_request_is_not_asked(cloud: FakeRolls) -> None:
    cloud.pending = ALL
    assert watch(cloud, cloud.deploy("v2", replaced="v1")) is None
    assert cloud.invoked_variants == []


def test_several_asynchronous_variants_are_not_asked(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.asynchronous, cloud.variants, cloud.pending = True, ("primary", "challenger"), ALL
    assert watch(cloud, deployment) is None
    assert cloud.failures_counted == []


def test_an_asynchronous_endpoint_of_one_variant_is_asked(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.asynchronous, cloud.pending, cloud.answers = True, ALL, lambda _: WRONG
    watch(cloud, deployment)
    assert cloud.failures_counted == ["v2"]


def test_a_watch_ends_with_the_bake(cloud: FakeRolls, deployment: StartedDeployment) -> None:
    cloud.pending = replace(BAKING, share=0.01)

    def answer(_: bytes) -> bytes:
        cloud.pending = None
        return RIGHT

    cloud.answers = answer
    trial = watch(cloud, deployment)
    assert trial is not None
    assert trial.sent <= 10


def test_a_watch_ends_before_its_invocation_does(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending = BAKING
    with pytest.raises(StillRolling, match="after 0 smoke requests"):
        watch(cloud, deployment, SECONDS_TO_END)
    assert cloud.invoked_variants == []


def test_a_watch_that_has_no_time_left_between_slow_answers_fails(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending, cloud.answers = BAKING, lambda _: RIGHT
    left = iter([900.0, 900.0, *repeat(0.0, 9)])
    slow = Watch(cloud.connect(), NAMES, MODEL, deployment, lambda: next(left))
    with pytest.raises(StillRolling, match="after 2 smoke requests"):
        slow.run()


ACTIVATING = replace(CREATING, starting=False)


@pytest.mark.parametrize("first", [UNSEEN, ("Updating", CREATING), ("Updating", ACTIVATING)])
def test_any_event_of_a_deployment_covers_its_bake(
    cloud: FakeRolls, deployment: StartedDeployment, first: Stage
) -> None:
    """The event that it bakes is lost, or DescribeEndpoint lags behind it."""
    cloud.status, cloud.pending = first
    cloud.answers = lambda _: WRONG if cloud.pending and cloud.pending.baking else RIGHT
    trial = watch(cloud, deployment, then=[UNSEEN, ("Updating", ACTIVATING), ("Updating", ALL)])
    assert trial is not None
    assert trial.has_failed
    assert cloud.failures_counted == ["v2"]


def test_a_step_that_ends_too_early_is_followed_by_the_next(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending = replace(BAKING, share=0.01)

    def answer(_: bytes) -> bytes:
        if cloud.pending != ALL:
            cloud.pending = ACTIVATING
            return RIGHT
        return WRONG

    cloud.answers = answer
    trial = watch(cloud, deployment, then=[("Updating", ALL)])
    assert trial is not None
    assert cloud.failures_counted == ["v2"]


def test_a_deployment_that_outlasts_its_watch_fails_it_so_that_lambda_calls_again(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending, cloud.answers = CREATING, lambda _: RIGHT
    with pytest.raises(StillRolling):
        watch(cloud, deployment, then=repeat(("Updating", CREATING)))
    assert len(cloud.invoked_variants) == REQUESTS_TO_THE_OLD_FLEET


def test_what_can_not_be_asked_is_not_waited_for(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.asynchronous, cloud.variants = True, ("primary", "challenger")
    cloud.pending = CREATING
    assert watch(cloud, deployment, then=repeat(("Updating", CREATING))) is None


def test_an_old_fleet_that_sleeps_does_not_end_the_watch(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.asynchronous, cloud.pending = True, CREATING
    cloud.answers = lambda _: WRONG if cloud.pending == ALL else b""
    watch(cloud, deployment, then=[("Updating", ALL)])
    assert cloud.failures_counted == ["v2"]


def test_a_roll_back_ends_the_watch(cloud: FakeRolls, deployment: StartedDeployment) -> None:
    cloud.status, cloud.pending = "RollingBack", BAKING
    assert watch(cloud, deployment) is None
    assert cloud.invoked_variants == []


def test_a_later_deployment_keeps_what_is_known_of_it(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    later = cloud.deploy("v2", replaced="v1")
    cloud.pending, cloud.answers = ALL, crash
    watch(cloud, deployment)
    assert known(cloud) == later


def test_the_rejected_version_says_what_it_answered(
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
def test_a_failure_with_a_template_in_it_is_kept_as_it_is(
    cloud: FakeRolls, deployment: StartedDeployment, template: str
) -> None:
    cloud.pending, cloud.answers = ALL, lambda _: template.encode()
    watch(cloud, deployment)
    assert cloud.failures_counted == ["v2"]
    assert template[:20] in str(known(cloud).failure)
    assert len(cloud.values[LAST_DEPLOYMENT].encode()) < 4096


def test_a_failure_that_can_not_be_kept_rolls_back_nevertheless(
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


def test_a_smoke_request_that_can_not_be_read_is_not_waited_for(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V2, "[" * 100_000)
    cloud.status, cloud.pending = "Updating", ALL
    assert watch(cloud, cloud.deploy("v2", replaced="v1")) is None
    assert cloud.invoked_variants == []
