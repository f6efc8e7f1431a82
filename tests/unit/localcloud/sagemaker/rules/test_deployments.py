"""CreateEndpoint and UpdateEndpoint: the names and deployment policies that AWS refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    refusal,
    variant,
)

ALARMS = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}


def _blue_green(kind: str, wait: int = 60, **more: Any) -> Any:
    timeout = {k: more.pop(k) for k in list(more) if k.startswith(("Maximum", "Termination"))}
    routing = {"Type": kind, "WaitIntervalInSeconds": wait} | more
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing} | timeout}


def _rolling(size: Any, **more: Any) -> Any:
    policy = {"MaximumBatchSize": size, "WaitIntervalInSeconds": 60}
    return {"RollingUpdatePolicy": policy | more}


def _percent(value: int) -> Any:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def _instances(value: int) -> Any:
    return {"Type": "INSTANCE_COUNT", "Value": value}


@pytest.mark.parametrize(
    ("deployment", "words"),
    [
        (_blue_green("ALL_AT_ONCE") | _rolling(_percent(50)), "Only one update policy"),
        (_blue_green("CANARY"), "CanarySize is required"),
        (_blue_green("LINEAR"), "LinearStepSize is required"),
        (_blue_green("CANARY", CanarySize=_percent(51)), "0 to 50 percent"),
        (_blue_green("CANARY", CanarySize=_instances(2)), "which has 2; it is 2"),
        (_blue_green("LINEAR", LinearStepSize=_percent(9)), "10 to 50 percent"),
        (_blue_green("LINEAR", LinearStepSize=_percent(51)), "10 to 50 percent"),
        (_blue_green("ALL_AT_ONCE", wait=3601), "value less than or equal to 3600"),
        (_blue_green("ALL_AT_ONCE", TerminationWaitInSeconds=3601), "less than or equal to 3600"),
        (_blue_green("ALL_AT_ONCE", 600, MaximumExecutionTimeoutInSeconds=600), "larger than"),
        (_blue_green("ALL_AT_ONCE", MaximumExecutionTimeoutInSeconds=599), "than or equal to 600"),
        (_rolling(_percent(4)), "5 to 50 percent"),
        (_rolling(_percent(51)), "5 to 50 percent"),
        (_rolling(_instances(2)), "which has 2; it is 2"),
        (_rolling(_percent(50), RollbackMaximumBatchSize=_percent(101)), "0 to 100 percent"),
        ({"AutoRollbackConfiguration": {"Alarms": []}}, "length greater than or equal to 1"),
        (
            {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": str(n)} for n in range(11)]}},
            "length less than or equal to 10",
        ),
        ({"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}] * 2}}, "must be unique"),
    ],
)
def test_a_deployment_policy_that_aws_refuses_is_refused(
    sagemaker: Any, create_config: Callable[..., Any], deployment: Any, words: str
) -> None:
    create_config(variant("v"))
    create = sagemaker.create_endpoint
    message = refusal(create, EndpointName="e", EndpointConfigName="c", DeploymentConfig=deployment)
    assert words in message


def test_a_canary_may_have_half_of_the_instances(
    sagemaker: Any, create_config: Callable[..., Any]
) -> None:
    create_config(variant("v"))
    canary = _blue_green("CANARY", CanarySize=_instances(1)) | ALARMS
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c", DeploymentConfig=canary)


def test_names_of_endpoints_are_not_case_sensitive(
    sagemaker: Any, create_config: Callable[..., Any]
) -> None:
    create_config(variant("v"))
    sagemaker.create_endpoint(EndpointName="name", EndpointConfigName="c")
    message = refusal(sagemaker.create_endpoint, EndpointName="NAME", EndpointConfigName="c")
    assert "Cannot create already existing endpoint" in message


def test_a_rolling_deployment_requires_a_single_variant_on_instances(
    sagemaker: Any, create_config: Callable[..., Any]
) -> None:
    create_config(variant("a"), variant("b"))
    create = sagemaker.create_endpoint
    rolling = _rolling(_percent(50))
    message = refusal(create, EndpointName="e", EndpointConfigName="c", DeploymentConfig=rolling)
    assert "multi-variant endpoints" in message
