"""Scalable targets and their policies."""

from collections.abc import Callable
from typing import Any

from tests.unit.localcloud.standin import (
    refusal,
)


def _place(namespace: str, resource: str, dimension: str) -> dict[str, str]:
    keys = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    return dict(zip(keys, (namespace, resource, dimension), strict=True))


def test_a_scaling_policy_requires_its_target_and_is_deleted_with_it(
    client: Callable[..., Any],
) -> None:
    scaling = client("application-autoscaling")
    place = _place("dynamodb", "table/t", "dynamodb:table:ReadCapacityUnits")
    metric = {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}
    policy = place | {
        "PolicyName": "cpu",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 70,
            "PredefinedMetricSpecification": metric,
        },
    }
    assert "ObjectNotFoundException" in refusal(scaling.put_scaling_policy, **policy)

    registered = scaling.register_scalable_target(**place, MinCapacity=1, MaxCapacity=2)
    scaling.register_scalable_target(**place, MaxCapacity=4)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    arn = registered["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"owner": "data"})
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"owner": "data"}

    scaling.put_scaling_policy(**policy)
    assert len(scaling.describe_scaling_policies(**place)["ScalingPolicies"]) == 1
    scaling.deregister_scalable_target(**place)
    assert scaling.describe_scaling_policies(**place)["ScalingPolicies"] == []


def test_an_unknown_endpoint_cannot_be_a_target(client: Callable[..., Any]) -> None:
    dimension = "sagemaker:variant:DesiredInstanceCount"
    place = _place("sagemaker", "endpoint/e/variant/primary", dimension)
    register = client("application-autoscaling").register_scalable_target
    assert "Could not find endpoint" in refusal(register, **place, MinCapacity=1, MaxCapacity=2)
