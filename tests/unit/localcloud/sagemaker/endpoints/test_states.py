"""The transitional states of an endpoint, and the operations that they exclude."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from localcloud.behaviour import Behaviour
from localcloud.sagemaker.endpoints import baking
from tests.unit.localcloud.standin import (
    Endpoints,
    refusal,
    serve_stand_in,
    variant,
    wait_until,
    with_fake_containers,
)

ALARM = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}]}}
ALL_AT_ONCE = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    }
}
LONG = 20.0


class AlarmingCloudWatch:
    """CloudWatch, with an alarm in ALARM state."""

    def describe_alarms(self, **_: Any) -> Any:
        return {"MetricAlarms": [{"AlarmName": "errors"}], "CompositeAlarms": []}


Start = Callable[..., Endpoints]


@pytest.fixture
def start(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Starts a stand-in with the durations that a test sets; other states are short."""
    servers = []

    def started(**seconds: Any) -> Endpoints:
        behaviour = replace(Behaviour(0, 0, 0, 0), **seconds)
        servers.append(serve_stand_in(tmp_path_factory.mktemp("logs"), behaviour))
        endpoints = with_fake_containers(servers[-1].__enter__(), monkeypatch)
        endpoints.config("old", variant("v", ModelName="good"))
        endpoints.config("new", variant("v", ModelName="better"))
        return endpoints

    yield started
    for server in servers:
        server.__exit__(None, None, None)


def create(endpoints: Endpoints) -> None:
    endpoints.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="old")


def status(endpoints: Endpoints) -> Any:
    return endpoints.described()["EndpointStatus"]


def test_the_name_of_a_deleted_endpoint_is_in_use_until_the_delete_ends(start: Start) -> None:
    endpoints = start(deleting_seconds=0.5)
    create(endpoints)
    endpoints.wait_until_settled()
    endpoints.sagemaker.delete_endpoint(EndpointName="e")
    assert status(endpoints) == "Deleting"
    assert "Cannot create already existing endpoint" in refusal(create, endpoints)
    wait_until(lambda: endpoints.sagemaker.list_endpoints()["Endpoints"] == [])
    create(endpoints)
    assert endpoints.wait_until_settled()["EndpointStatus"] == "InService"


def test_a_deleting_endpoint_does_not_answer_and_stops_its_containers(
    start: Start,
) -> None:
    endpoints = start(deleting_seconds=LONG)
    create(endpoints)
    endpoints.wait_until_settled()
    endpoints.sagemaker.delete_endpoint(EndpointName="e")
    assert "not found" in refusal(endpoints.invoke)
    wait_until(lambda: all(container.stopped for container in endpoints.started))


@pytest.mark.parametrize(
    ("seconds", "state"),
    [
        ({"creating_seconds": LONG}, "Creating"),
        ({"updating_seconds": LONG}, "Updating"),
        ({"rolling_back_seconds": LONG}, "RollingBack"),
        ({"deleting_seconds": LONG}, "Deleting"),
    ],
)
def test_an_endpoint_in_a_transitional_state_is_neither_updated_nor_deleted(
    start: Start, monkeypatch: pytest.MonkeyPatch, seconds: Any, state: str
) -> None:
    monkeypatch.setattr(baking, "client", lambda *_: AlarmingCloudWatch())
    endpoints = start(**seconds)
    create(endpoints)
    if state != "Creating":
        endpoints.wait_until_settled()
    if state in ("Updating", "RollingBack"):
        endpoints.update("new", ALARM)
    if state == "Deleting":
        endpoints.sagemaker.delete_endpoint(EndpointName="e")
    wait_until(lambda: status(endpoints) == state)
    words = 'Cannot update in-progress endpoint "arn:'
    assert words in refusal(endpoints.update, "new", {})
    assert words in refusal(endpoints.sagemaker.delete_endpoint, EndpointName="e")
    assert status(endpoints) == state


def test_a_rollback_of_no_duration_does_not_show_rolling_back(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baking, "client", lambda *_: AlarmingCloudWatch())
    endpoints = start()
    create(endpoints)
    endpoints.wait_until_settled()
    endpoints.update("new", ALARM)
    wait_until(lambda: "FailureReason" in endpoints.described())
    wait_until(lambda: endpoints.states()[-1] == "IN_SERVICE")
    assert endpoints.states() == ["CREATING", "IN_SERVICE", "UPDATING", "IN_SERVICE"]


def test_new_weights_take_effect_after_the_update(start: Start) -> None:
    endpoints = start(updating_seconds=LONG)
    create(endpoints)
    endpoints.wait_until_settled()
    endpoints.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="e", DesiredWeightsAndCapacities=[{"VariantName": "v", "DesiredWeight": 2}]
    )
    assert status(endpoints) == "Updating"


@pytest.mark.parametrize(
    "more",
    [
        {"ProductionVariants": [variant("v", ModelName="good"), variant("w", ModelName="good")]},
        {"ShadowProductionVariants": [variant("w", ModelName="good")]},
    ],
)
def test_a_deployment_policy_requires_the_same_variants_before_and_after(
    start: Start, more: Any
) -> None:
    endpoints = start()
    create(endpoints)
    endpoints.wait_until_settled()
    usual = {"ProductionVariants": [variant("v", ModelName="good")]}
    endpoints.sagemaker.create_endpoint_config(EndpointConfigName="more", **usual | more)
    words = "must have the same variant names as the old one: v. It has: v, w."
    assert words in refusal(endpoints.update, "more", ALL_AT_ONCE)
    endpoints.update("more", {})
    assert endpoints.wait_until_settled()["EndpointConfigName"] == "more"
    assert words.replace("v. It has: v, w", "v, w. It has: v") in refusal(
        endpoints.update, "old", ALL_AT_ONCE
    )


def test_an_update_to_the_current_configuration_is_a_deployment(start: Start) -> None:
    endpoints = start()
    create(endpoints)
    endpoints.wait_until_settled()
    endpoints.update("old", ALL_AT_ONCE)
    wait_until(lambda: len(endpoints.started) == 2)
    assert endpoints.wait_until_settled()["LastDeploymentConfig"] == ALL_AT_ONCE
    wait_until(lambda: endpoints.started[0].stopped)
    assert endpoints.states()[-2:] == ["UPDATING", "IN_SERVICE"]
