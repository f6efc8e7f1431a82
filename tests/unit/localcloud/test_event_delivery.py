"""The local cloud delivers events at least once, in any order, and repeats this for the same seed."""

from pathlib import Path
from typing import Any

import pytest

from localcloud.behaviour import Behaviour
from localcloud.event_delivery import EventDelivery
from localcloud.ministack.services import notifications
from localcloud.ministack.wrapping import wrap
from localcloud.sagemaker import events
from tests.unit.localcloud.standin import clients, serve_stand_in, wait_until


def _delays(behaviour: Behaviour) -> list[list[float]]:
    delivery = EventDelivery(behaviour)
    return [delivery.next_delays() for _ in range(200)]


def test_the_same_seed_repeats_a_failure() -> None:
    assert _delays(Behaviour(seed=1)) == _delays(Behaviour(seed=1))
    assert _delays(Behaviour(seed=1)) != _delays(Behaviour(seed=2))


def test_every_event_is_delivered_once_or_twice() -> None:
    assert {len(one) for one in _delays(Behaviour())} == {1, 2}
    assert {len(one) for one in _delays(Behaviour(repeated_events=0))} == {1}
    assert {len(one) for one in _delays(Behaviour(repeated_events=1))} == {2}


def test_events_overtake_one_another_within_the_limit() -> None:
    first = [one[0] for one in _delays(Behaviour(late_seconds=0.2))]
    assert first != sorted(first)
    assert 0 <= min(first) <= max(first) <= 0.2


def test_events_of_model_packages_are_delivered_twice_and_out_of_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(events, "_deliver", lambda _, event: sent.append(event))
    with serve_stand_in(tmp_path, Behaviour(repeated_events=1, late_seconds=0.2)) as url:
        sagemaker = clients(url)("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName="g")
        for _ in range(5):
            sagemaker.create_model_package(ModelPackageGroupName="g")
        wait_until(lambda: len(sent) == 10)
    numbers = [event["detail"]["ModelPackageVersion"] for event in sent]
    assert sorted(numbers) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert numbers != sorted(numbers)
    assert len({event["id"] for event in sent}) == 5


@pytest.mark.parametrize(
    ("share", "some_come", "some_do_not"), [(0.5, True, True), (1, False, True)]
)
def test_a_share_of_sagemakers_events_is_lost(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    share: float,
    some_come: bool,
    some_do_not: bool,
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(events, "_deliver", lambda _, event: sent.append(event))
    behaviour = Behaviour(repeated_events=0, late_seconds=0, lost_events=share)
    with serve_stand_in(tmp_path, behaviour) as url:
        sagemaker = clients(url)("sagemaker")
        sagemaker.create_model_package_group(ModelPackageGroupName="g")
        for _ in range(20):
            sagemaker.create_model_package(ModelPackageGroupName="g")
    assert (len(sent) > 0, len(sent) < 20) == (some_come, some_do_not)


def test_an_s3_notification_is_delivered_twice_after_a_delay() -> None:
    delivered: list[Any] = []
    delivery = EventDelivery(Behaviour(repeated_events=1, late_seconds=0.05))

    def deliver_now(arn: str, event_payload: Any, bucket_region: str) -> None:
        delivered.append((arn, event_payload, bucket_region))

    deliver = wrap(deliver_now, lambda call: notifications.deliver_later(call, delivery))
    event = {"Records": [{"s3": {"object": {"key": "k"}}}]}
    deliver("arn", event, "us-east-1")
    assert delivered == []
    wait_until(lambda: len(delivered) == 2)
    assert delivered == [("arn", event, "us-east-1")] * 2
