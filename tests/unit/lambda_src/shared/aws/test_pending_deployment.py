from typing import Any

import pytest

from lambda_src.shared.aws.pending_deployment import pending_deployment


def described(stage: str, policy: Any, current: int = 0, desired: int = 10) -> dict[str, Any]:
    variant = {
        "VariantName": "primary",
        "CurrentInstanceCount": current,
        "DesiredInstanceCount": desired,
        "VariantStatus": [{"Status": stage}],
    }
    return {
        "LastDeploymentConfig": policy,
        "PendingDeploymentSummary": {
            "EndpointConfigName": "new",
            "ProductionVariants": [variant],
        },
    }


def size(percent: int) -> dict[str, Any]:
    return {"Type": "CAPACITY_PERCENT", "Value": percent}


def blue_green(**routing: Any) -> dict[str, Any]:
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}


AT_ONCE = blue_green(Type="ALL_AT_ONCE", WaitIntervalInSeconds=0)
CANARY = blue_green(Type="CANARY", CanarySize=size(25), WaitIntervalInSeconds=600)
LINEAR = blue_green(Type="LINEAR", LinearStepSize=size(50), WaitIntervalInSeconds=600)
ROLLING = {"RollingUpdatePolicy": {"MaximumBatchSize": size(50), "WaitIntervalInSeconds": 60}}


def test_an_endpoint_that_does_not_roll_has_no_pending_deployment() -> None:
    assert pending_deployment({"EndpointStatus": "InService"}) is None


@pytest.mark.parametrize(
    ("policy", "share"),
    [(AT_ONCE, 1), ({}, 1), (CANARY, 0.2), (LINEAR, 1 / 3), (ROLLING, 1 / 3)],
)
def test_the_share_is_what_the_first_step_gives_at_worst(policy: Any, share: float) -> None:
    found = pending_deployment(described("Baking", policy, 10))
    assert found is not None
    assert found.configuration == "new"
    assert found.share == pytest.approx(share)


def test_instances_that_answer_say_so_if_the_policy_does_not() -> None:
    found = pending_deployment(described("Baking", AT_ONCE, 1, 4))
    assert found is not None
    assert found.share == 0.2


@pytest.mark.parametrize(
    ("stage", "starting", "baking"),
    [
        ("Creating", True, False),
        ("ActivatingTraffic", False, False),
        ("Baking", False, True),
        ("Updating", False, False),
    ],
)
def test_the_stage_determines_which_fleet_answers(stage: str, starting: bool, baking: bool) -> None:
    found = pending_deployment(described(stage, CANARY))
    assert found is not None
    assert (found.starting, found.baking) == (starting, baking)


def test_a_batch_that_is_created_may_have_others_before_it() -> None:
    found = pending_deployment(described("Creating", ROLLING))
    assert found is not None
    assert not found.starting
