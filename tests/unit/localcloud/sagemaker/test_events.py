"""The events that the stand-in sends."""

from typing import Any

import pytest

from localcloud.sagemaker import events
from tests.unit.localcloud.standin import CONTAINER, ON_INSTANCES, wait_until


def test_every_change_of_an_endpoints_state_sends_an_event_in_order(
    sagemaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(events, "_send", lambda _, event: sent.append(event))
    sagemaker.create_model(
        ModelName="m",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/r",
        PrimaryContainer=CONTAINER,
    )
    variant = {"VariantName": "v", "ModelName": "m"} | ON_INSTANCES
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    tags = [{"Key": "owner", "Value": "mlops"}]
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c", Tags=tags)
    wait_until(lambda: len(sent) == 2)
    assert [event["detail-type"] for event in sent] == ["SageMaker Endpoint State Change"] * 2
    details = [event["detail"] for event in sent]
    assert [detail["EndpointStatus"] for detail in details] == ["CREATING", "FAILED"]
    assert (details[0]["EndpointName"], details[0]["Tags"]) == ("e", {"owner": "mlops"})
    assert "Failed to download model data" in details[1]["FailureReason"]
    assert details[1]["LastModifiedTime"] > 10**12
