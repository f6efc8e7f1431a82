"""Which answers count against the new fleet, while it answers alone or beside the old fleet."""

from collections.abc import Callable
from dataclasses import replace
from itertools import repeat

import pytest

from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.prove_model.watch import (
    REQUESTS_TO_THE_OLD_FLEET,
)
from lambda_src.shared.endpoints import PendingDeployment
from tests.unit.lambda_src.prove_model.fake_rolls import V2, FakeRolls
from tests.unit.lambda_src.prove_model.watching import (
    ALL,
    BAKING,
    CREATING,
    RIGHT,
    WRONG,
    crash,
    known,
    roll,
    watch,
)


def test_a_version_that_passes_counts_no_failure(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    trial = roll(cloud, deployment, old=RIGHT, new=RIGHT)
    assert trial is not None
    assert (trial.sent, trial.has_failed) == (21, False)
    assert cloud.failures_counted == []


def test_a_wrong_answer_counts_against_the_new_version_if_the_old_one_passes(
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


def test_failures_of_both_versions_count_against_the_new_one_once_it_must_have_answered(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    trial = roll(cloud, deployment, old=WRONG, new=WRONG)
    assert trial is not None
    assert trial.sent == 42
    assert cloud.failures_counted == ["v2"]


@pytest.mark.parametrize("answers", [crash, lambda _: WRONG], ids=["error", "wrong answer"])
def test_one_failure_is_enough_if_the_new_fleet_answers_alone(
    cloud: FakeRolls, deployment: StartedDeployment, answers: Callable[[bytes], bytes]
) -> None:
    cloud.pending, cloud.answers = ALL, answers
    trial = watch(cloud, deployment)
    assert trial is not None
    assert trial.sent == 1
    assert cloud.failures_counted == ["v2"]


def test_the_old_version_is_checked_before_the_traffic_moves(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.pending, cloud.answers = CREATING, lambda _: RIGHT
    assert watch(cloud, deployment) is None
    assert len(cloud.invoked_variants) == REQUESTS_TO_THE_OLD_FLEET
    assert known(cloud) == replace(deployment, old_passes=True)


@pytest.mark.parametrize("now", [BAKING, None, replace(CREATING, configuration="v2 larger")])
def test_an_answer_that_may_come_from_the_new_version_does_not_count_for_the_old_one(
    cloud: FakeRolls, deployment: StartedDeployment, now: PendingDeployment | None
) -> None:
    cloud.pending = CREATING

    def answer(_: bytes) -> bytes:
        cloud.pending = now
        return RIGHT

    cloud.answers = answer
    watch(cloud, deployment)
    assert not known(cloud).old_passes


def test_a_version_without_a_smoke_request_is_not_invoked(cloud: FakeRolls) -> None:
    cloud.pending = ALL
    assert watch(cloud, cloud.deploy("v2", replaced="v1")) is None
    assert cloud.invoked_variants == []


def test_several_asynchronous_variants_are_not_invoked(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.asynchronous, cloud.variants, cloud.pending = True, ("primary", "challenger"), ALL
    assert watch(cloud, deployment) is None
    assert cloud.failures_counted == []


def test_an_asynchronous_endpoint_of_one_variant_is_invoked(
    cloud: FakeRolls, deployment: StartedDeployment
) -> None:
    cloud.asynchronous, cloud.pending, cloud.answers = True, ALL, lambda _: WRONG
    watch(cloud, deployment)
    assert cloud.failures_counted == ["v2"]


def test_an_endpoint_that_cannot_be_invoked_is_not_waited_for(
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


def test_a_malformed_smoke_request_is_not_waited_for(cloud: FakeRolls) -> None:
    cloud.bring_smoke(V2, "[" * 100_000)
    cloud.status, cloud.pending = "Updating", ALL
    assert watch(cloud, cloud.deploy("v2", replaced="v1")) is None
    assert cloud.invoked_variants == []
