"""Application Auto Scaling: the requests that AWS refuses."""

from typing import Any

import pytest

from tests.unit.localcloud.standin import Endpoints, refusal, variant

PLACE = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/e/variant/v",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
TRACKING = "TargetTrackingScalingPolicyConfiguration"
STEPS = "StepScalingPolicyConfiguration"
INVOCATIONS = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}


@pytest.fixture
def scaling(endpoints: Endpoints) -> Any:
    endpoints.config("c", variant("v"))
    endpoints.create("c")
    return endpoints.scaling


@pytest.fixture
def scaled(scaling: Any) -> Any:
    scaling.register_scalable_target(**PLACE, MinCapacity=1, MaxCapacity=2)
    return scaling


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"MaxCapacity": 2}, "MinCapacity is required"),
        ({"MinCapacity": 2}, "MaxCapacity is required"),
        ({"MinCapacity": 3, "MaxCapacity": 2}, "less than minimum capacity"),
        ({"MinCapacity": -1, "MaxCapacity": 2}, "must be 0 or greater"),
        ({"ResourceId": "variant/v"}, "Unsupported service namespace, resource type"),
        ({"ServiceNamespace": "ecs"}, "belongs to another service"),
        ({"Tags": {"aws:a": "b"}}, "aws: prefixed tag key"),
    ],
)
def test_a_target_that_aws_refuses_is_refused(scaling: Any, params: Any, words: str) -> None:
    assert words in refusal(scaling.register_scalable_target, **{**PLACE, **params})


def test_a_burstable_instance_type_cannot_be_a_target(endpoints: Endpoints) -> None:
    endpoints.config("c", variant("v", InstanceType="ml.t2.medium"))
    endpoints.create("c")
    register = endpoints.scaling.register_scalable_target
    assert "which is burstable" in refusal(register, **PLACE, MinCapacity=1, MaxCapacity=2)


def test_the_bounds_of_a_target_stay_in_order_when_one_of_them_changes(scaled: Any) -> None:
    assert "less than minimum" in refusal(scaled.register_scalable_target, **PLACE, MinCapacity=3)
    scaled.register_scalable_target(**PLACE, MinCapacity=2)


def _tracking(**members: Any) -> Any:
    return {"PolicyType": "TargetTrackingScaling", TRACKING: {"TargetValue": 1.0} | members}


def _steps(*bounds: tuple[float | None, float | None]) -> Any:
    names = ("MetricIntervalLowerBound", "MetricIntervalUpperBound")
    adjustments = [
        {name: value for name, value in zip(names, pair, strict=True) if value is not None}
        | {"ScalingAdjustment": 1}
        for pair in bounds
    ]
    steps = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": adjustments}
    return {"PolicyType": "StepScaling", STEPS: steps}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        (
            {TRACKING: {"TargetValue": 1.0, "PredefinedMetricSpecification": INVOCATIONS}},
            "PolicyType",
        ),
        ({"PolicyType": "TargetTrackingScaling"}, f"takes a {TRACKING}"),
        (_tracking(), "either a predefined or a customized metric"),
        (
            _tracking(
                PredefinedMetricSpecification={
                    "PredefinedMetricType": "SageMakerVariantProvisionedConcurrencyUtilization"
                }
            ),
            "is not supported for sagemaker:variant:DesiredInstanceCount",
        ),
        (
            _tracking(PredefinedMetricSpecification=INVOCATIONS | {"ResourceLabel": "app/a"}),
            "ResourceLabel is not allowed",
        ),
        ({"PolicyType": "StepScaling", STEPS: {}}, "needs an AdjustmentType"),
        (_steps((None, None)), "one of them is required"),
        (_steps((0, 10), (5, None)), "must not overlap or have a gap"),
        (_steps((0, 10), (20, None)), "must not overlap or have a gap"),
        (_steps((0, 10)), "one without an upper"),
        (_steps((-10, 0)), "one without a lower bound"),
    ],
)
def test_a_policy_that_aws_refuses_is_refused(scaled: Any, params: Any, words: str) -> None:
    assert words in refusal(scaled.put_scaling_policy, PolicyName="p", **PLACE, **params)


def test_policies_of_aws_documentation_are_accepted(scaled: Any) -> None:
    good = [
        _tracking(PredefinedMetricSpecification=INVOCATIONS),
        _steps((0, None)),
        _steps((None, -10), (-10, 0), (0, 10), (10, None)),
    ]
    for number, policy in enumerate(good):
        scaled.put_scaling_policy(PolicyName=f"p{number}", **PLACE, **policy)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Schedule is required"),
        ({"Schedule": "tomorrow"}, "is not an at, a rate or a cron expression"),
        ({"Schedule": "cron(0 7 * *)"}, "is not an at, a rate or a cron expression"),
        ({"Schedule": "cron(0 7 * * * *)"}, "Exactly one of day-of-month and day-of-week"),
        ({"Schedule": "rate(0 days)"}, "is not an at, a rate or a cron expression"),
        ({"ScalableTargetAction": {}}, "a MinCapacity or a MaxCapacity"),
        ({"ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 2}}, "less than minimum"),
        ({"StartTime": 2000, "EndTime": 1000}, "must be after the StartTime"),
    ],
)
def test_a_schedule_that_aws_refuses_is_refused(scaled: Any, params: Any, words: str) -> None:
    put = scaled.put_scheduled_action
    assert words in refusal(put, ScheduledActionName="s", **PLACE, **params)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"ScalableDimension": PLACE["ScalableDimension"]}, "must also have a resource ID"),
        ({"MaxResults": 51}, "between 1 and 50"),
        ({"NextToken": "x"}, "InvalidNextTokenException"),
    ],
)
def test_a_list_request_that_aws_refuses_is_refused(scaling: Any, params: Any, words: str) -> None:
    describe = scaling.describe_scalable_targets
    assert words in refusal(describe, ServiceNamespace="sagemaker", **params)


def test_a_target_has_at_most_fifty_tags(scaling: Any) -> None:
    target = scaling.register_scalable_target(**PLACE, MinCapacity=1, MaxCapacity=2)
    arn = target["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={str(number): "v" for number in range(50)})
    message = refusal(scaling.tag_resource, ResourceARN=arn, Tags={"more": "v"})
    assert message.startswith("TooManyTagsException")
