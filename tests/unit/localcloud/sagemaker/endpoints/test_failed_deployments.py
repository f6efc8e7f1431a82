"""An endpoint whose first deployment fails."""

from typing import Any

from tests.unit.localcloud.standin import (
    create_config,
    create_model,
    refusal,
    wait_until,
)


def test_a_first_deployment_without_model_data_fails_with_the_reason(sagemaker: Any) -> None:
    create_model(sagemaker)
    create_config(sagemaker)
    endpoint = {"EndpointName": "e", "EndpointConfigName": "c"}
    assert "Could not find endpoint" in refusal(sagemaker.update_endpoint, **endpoint)
    sagemaker.create_endpoint(**endpoint)
    assert "Cannot update in-progress" in refusal(sagemaker.update_endpoint, **endpoint)

    def described() -> Any:
        return sagemaker.describe_endpoint(EndpointName="e")

    wait_until(lambda: described()["EndpointStatus"] == "Failed")
    assert "s3://bucket/model.tar.gz" in described()["FailureReason"]
    assert 'with status "Failed"' in refusal(sagemaker.update_endpoint, **endpoint)
    sagemaker.delete_endpoint(EndpointName="e")
    wait_until(lambda: sagemaker.list_endpoints()["Endpoints"] == [])
