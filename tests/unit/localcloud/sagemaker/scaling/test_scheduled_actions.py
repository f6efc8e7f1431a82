from pathlib import Path
from typing import Any

import pytest

from localcloud.sagemaker.errors import AwsError
from localcloud.sagemaker.scaling.scaling import Scaling
from localcloud.sagemaker.state import Members, Region
from tests.unit.localcloud.standin import AllowEverything

PLACE: Members = {
    "ServiceNamespace": "dynamodb",
    "ResourceId": "table/t",
    "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
}
MORNING: Members = PLACE | {"ScheduledActionName": "morning"}


@pytest.fixture
def scaling(tmp_path: Path) -> Scaling:
    scaling = Scaling(Region("123456789012", "us-east-1", tmp_path, AllowEverything()))
    scaling.perform("RegisterScalableTarget", PLACE | {"MinCapacity": 1, "MaxCapacity": 2})
    return scaling


def actions(scaling: Scaling, **params: Any) -> list[Members]:
    request = {"ServiceNamespace": "dynamodb"} | params
    found: list[Members] = scaling.perform("DescribeScheduledActions", request)["ScheduledActions"]
    return found


def put(scaling: Scaling, **params: Any) -> None:
    scaling.perform("PutScheduledAction", MORNING | params)


def test_a_scheduled_action_is_described_as_it_was_put(scaling: Scaling) -> None:
    capacity = {"MinCapacity": 2, "MaxCapacity": 4}
    put(scaling, Schedule="cron(0 7 * * ? *)", Timezone="UTC", ScalableTargetAction=capacity)
    (action,) = actions(scaling, ScheduledActionNames=["morning"], ResourceId="table/t")
    assert action.items() >= MORNING.items()
    assert (action["Schedule"], action["Timezone"]) == ("cron(0 7 * * ? *)", "UTC")
    assert action["ScalableTargetAction"] == capacity
    assert action["ScheduledActionARN"].endswith(
        ":resource/dynamodb/table/t:scheduledActionName/morning"
    )
    assert actions(scaling, ScheduledActionNames=["evening"]) == []


def test_a_second_put_of_a_scheduled_action_keeps_members_that_are_not_given(
    scaling: Scaling,
) -> None:
    put(scaling, Schedule="cron(0 7 * * ? *)", Timezone="Europe/Berlin")
    (before,) = actions(scaling)
    arn = before["ScheduledActionARN"]
    put(scaling, Schedule="cron(0 8 * * ? *)")
    (after,) = actions(scaling)
    assert (after["Schedule"], after["Timezone"]) == ("cron(0 8 * * ? *)", "Europe/Berlin")
    assert after["ScheduledActionARN"] == arn


def test_a_scheduled_action_is_deleted_with_its_target(scaling: Scaling) -> None:
    put(scaling, Schedule="cron(0 7 * * ? *)")
    scaling.perform("DeleteScheduledAction", MORNING)
    assert actions(scaling) == []
    with pytest.raises(AwsError, match="No scheduled action found with the name morning"):
        scaling.perform("DeleteScheduledAction", MORNING)
    put(scaling, Schedule="cron(0 7 * * ? *)")
    scaling.perform("DeregisterScalableTarget", PLACE)
    assert actions(scaling) == []


def test_a_scheduled_action_requires_a_target(scaling: Scaling) -> None:
    scaling.perform("DeregisterScalableTarget", PLACE)
    with pytest.raises(AwsError, match="No scalable target registered"):
        put(scaling, Schedule="cron(0 7 * * ? *)")
