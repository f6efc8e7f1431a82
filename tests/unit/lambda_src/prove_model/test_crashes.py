"""The prover may die between any two calls; Lambda then calls it again with the same event."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from lambda_src.prove_model.cloud import InvocationFailed
from lambda_src.shared.announcement import Event
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.prove_model.fake_rolls import LIVE, V1, V2, FakeRolls


class Crash(BaseException):
    """The process died here; nothing in it gets to clean up on purpose."""


def rolled_back() -> FakeRolls:
    cloud = FakeRolls()
    cloud.values[LIVE] = V1
    cloud.record(V2, Approval.PENDING)
    cloud.roll_back()
    return cloud


def rolled_back_settings() -> FakeRolls:
    cloud = FakeRolls(live="v2")
    cloud.deploy("v2 larger", replaced="v2")
    cloud.values[LIVE] = V2
    return cloud


def smoke_failed() -> FakeRolls:
    cloud = FakeRolls()
    cloud.record(V1)
    cloud.bring_smoke(V1, '{"request": []}')

    def crashing(_: bytes) -> bytes:
        raise InvocationFailed("ModelError: crashed")

    cloud.answers = crashing
    return cloud


def smoke_failed_through_s3() -> FakeRolls:
    cloud = smoke_failed()
    cloud.asynchronous = True
    return cloud


def newly_live() -> FakeRolls:
    return FakeRolls()


def crash_before(call: int) -> Callable[[], None]:
    calls = count()

    def gate() -> None:
        if next(calls) == call:
            raise Crash

    return gate


def crashed(begin: Callable[[], FakeRolls], *calls: int) -> FakeRolls:
    """The end, after one crash in each of as many runs as there are calls, and a run without."""
    cloud = begin()
    for call in calls:
        cloud.gate = crash_before(call)
        with pytest.raises(Crash):
            cloud.prove()
    cloud.gate = lambda: None
    cloud.prove()
    return cloud


def crash_points(begin: Callable[[], FakeRolls], *before: int) -> Iterator[int]:
    """Every call of the run that follows those that crashed."""
    for call in count():
        try:
            crashed(begin, *before, call)
        except pytest.fail.Exception:
            return
        yield call


@pytest.mark.parametrize(
    ("begin", "event"),
    [
        (rolled_back, Event.ROLLED_BACK),
        (rolled_back_settings, Event.ROLLED_BACK),
        (smoke_failed, Event.ROLLED_BACK),
        (smoke_failed_through_s3, Event.ROLLED_BACK),
        (newly_live, Event.LIVE),
    ],
)
def test_crashes_at_any_two_points_lose_nothing(
    begin: Callable[[], FakeRolls], event: Event
) -> None:
    straight = crashed(begin)
    points = list(crash_points(begin))
    assert len(points) > 5
    for first in points:
        for second in crash_points(begin, first):
            cloud = crashed(begin, first, second)
            assert cloud.rejected == straight.rejected
            assert cloud.reasons == straight.reasons
            assert cloud.asked_for in (None, cloud.live)
            assert cloud.values == straight.values
            assert event in cloud.events
            assert set(map(repr, cloud.announced)) == set(map(repr, straight.announced))
