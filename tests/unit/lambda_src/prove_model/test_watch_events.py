"""When a watch begins and ends, whatever events come and however DescribeEndpoint lags."""

from dataclasses import replace
from itertools import repeat

import pytest

from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.prove_model.watch import (
    REQUESTS_TO_THE_OLD_FLEET,
    SECONDS_TO_END,
    StillRolling,
    Watch,
)
from lambda_src.shared.endpoints import PendingDeployment
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.prove_model.fake_rolls import NAMES, FakeRolls
from tests.unit.lambda_src.prove_model.watching import (
    ACTIVATING,
    ALL,
    BAKING,
    CREATING,
    RIGHT,
    UNSEEN,
    WRONG,
    Stage,
    watch,
)


@pytest.mark.parametrize("pending", [None, replace(BAKING, configuration="v2 larger")])
def test_an_event_that_comes_late_sends_nothing(
    cloud: FakeRolls, deployment: StartedDeployment, pending: PendingDeployment | None
) -> None:
    cloud.pending = pending
    assert watch(cloud, deployment) is None
    assert cloud.invoked_variants == []


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


def test_a_watch_that_runs_out_of_time_between_slow_answers_fails(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending, cloud.answers = BAKING, lambda _: RIGHT
    left = iter([900.0, 900.0, *repeat(0.0, 9)])
    slow = Watch(cloud.connect(), NAMES, MODEL, deployment, lambda: next(left))
    with pytest.raises(StillRolling, match="after 2 smoke requests"):
        slow.run()


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


def test_a_roll_back_ends_the_watch(cloud: FakeRolls, deployment: StartedDeployment) -> None:
    cloud.status, cloud.pending = "RollingBack", BAKING
    assert watch(cloud, deployment) is None
    assert cloud.invoked_variants == []
