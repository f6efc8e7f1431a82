"""The events that the stand-in sends."""

from typing import Any

import pytest

from localcloud.sagemaker import events
from tests.unit.localcloud.standin import CONTAINER, ON_INSTANCES, until


def test_every_change_of_an_endpoints_state_is_told_in_the_order_of_the_changes(
    sagemaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(events, "_send", lambda _, event: told.append(event))
    sagemaker.create_model(
        ModelName="m",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/r",
        PrimaryContainer=CONTAINER,
    )
    variant = {"VariantName": "v", "ModelName": "m"} | ON_INSTANCES
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    tags = [{"Key": "owner", "Value": "mlops"}]
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c", Tags=tags)
    until(lambda: len(told) == 2)
    assert [event["detail-type"] for event in told] == ["SageMaker Endpoint State Change"] * 2
    details = [event["detail"] for event in told]
    assert [detail["EndpointStatus"] for detail in details] == ["CREATING", "FAILED"]
    assert (details[0]["EndpointName"], details[0]["Tags"]) == ("e", {"owner": "mlops"})
    assert "Failed to download model data" in details[1]["FailureReason"]
    assert details[1]["LastModifiedTime"] > 10**12
