"""How a roll shifts the traffic."""

from typing import Any

import pytest

from config import names
from config.outputs import SAGEMAKER_ROLLED_BACK
from config.schema.rollout import AllAtOnce, Canary, Linear, Rolling, Rollout
from config.schema.settings import load
from stacks.endpoint.rollout import deployment_config
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import with_serving
from tests.synth.template import Template

HOUR = 3600


@pytest.mark.parametrize(
    ("rollout", "policy"),
    [
        (
            AllAtOnce(kind="all-at-once", bake_minutes=3),
            {
                "blue_green_update_policy": {
                    "termination_wait_in_seconds": 180,
                    "maximum_execution_timeout_in_seconds": 180 + HOUR,
                    "traffic_routing_configuration": {
                        "type": "ALL_AT_ONCE",
                        "wait_interval_in_seconds": 0,
                    },
                }
            },
        ),
        (
            Canary(kind="canary", percent=10, bake_minutes=10),
            {
                "blue_green_update_policy": {
                    "termination_wait_in_seconds": 600,
                    "maximum_execution_timeout_in_seconds": 2 * 600 + HOUR,
                    "traffic_routing_configuration": {
                        "type": "CANARY",
                        "wait_interval_in_seconds": 600,
                        "canary_size": {"type": "CAPACITY_PERCENT", "value": 10},
                    },
                }
            },
        ),
        (
            Linear(kind="linear", step_percent=25, interval_minutes=2),
            {
                "blue_green_update_policy": {
                    "termination_wait_in_seconds": 120,
                    "maximum_execution_timeout_in_seconds": 4 * 120 + HOUR,
                    "traffic_routing_configuration": {
                        "type": "LINEAR",
                        "wait_interval_in_seconds": 120,
                        "linear_step_size": {"type": "CAPACITY_PERCENT", "value": 25},
                    },
                }
            },
        ),
        (
            Rolling(kind="rolling", batch_percent=20, interval_minutes=1),
            {
                "rolling_update_policy": {
                    "maximum_batch_size": {"type": "CAPACITY_PERCENT", "value": 20},
                    "wait_interval_in_seconds": 60,
                    # Each batch has instances to start.
                    "maximum_execution_timeout_in_seconds": 4 * HOUR,
                }
            },
        ),
    ],
    ids=["all-at-once", "canary", "linear", "rolling"],
)
def test_a_roll_shifts_the_traffic_as_configured_and_can_always_be_rolled_back(
    synthesize: Synthesize, rollout: Rollout, policy: dict[str, Any]
) -> None:
    template = synthesize(with_serving(load("dev"), rollout=rollout))["sagemaker-sentiment"]
    alarms = [
        {"alarm_name": f"${{aws_cloudwatch_metric_alarm.{what}[local.asked].alarm_name}}"}
        for what in names.ROLLBACK_ALARMS
    ]
    assert template.only("aws_sagemaker_endpoint")["deployment_config"] == policy | {
        "auto_rollback_configuration": {"alarms": alarms}
    }


@pytest.mark.parametrize(
    "rollout",
    [
        AllAtOnce(kind="all-at-once", bake_minutes=3),
        Canary(kind="canary", percent=1, bake_minutes=22),
        Linear(kind="linear", step_percent=20, interval_minutes=9),
        Rolling(kind="rolling", batch_percent=5, interval_minutes=2),
    ],
    ids=lambda one: one.kind,
)
def test_sagemaker_gives_every_roll_the_time_that_it_needs(rollout: Rollout) -> None:
    config: Any = deployment_config(rollout, ["an-alarm"])
    policy = config.blue_green_update_policy or config.rolling_update_policy
    timeout = policy.maximum_execution_timeout_in_seconds
    assert timeout >= rollout.minutes * 60 + HOUR
    # The limits of Terraform's provider; SageMaker allows eight hours.
    assert 600 <= timeout <= 4 * HOUR


def test_an_apply_that_was_rolled_back_fails_before_it_deletes_what_is_live(
    dev: dict[str, Template],
) -> None:
    endpoint = dev["sagemaker-sentiment"].only("aws_sagemaker_endpoint")
    (condition,) = endpoint["lifecycle"]["postcondition"]
    asked = endpoint["endpoint_config_name"].removeprefix("${").removesuffix("}")
    assert condition["condition"] == f"${{self.endpoint_config_name == {asked}}}"
    assert condition["error_message"].startswith(SAGEMAKER_ROLLED_BACK)
