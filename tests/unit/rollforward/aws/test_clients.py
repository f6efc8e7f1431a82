"""Clients are created once, and reach what the environment variables name."""

import pytest

from rollforward.aws import clients


def test_a_client_is_created_once() -> None:
    assert clients.s3("eu-west-1") is clients.s3("eu-west-1")


def test_each_region_and_each_service_has_a_client_of_its_own() -> None:
    assert clients.s3("eu-west-1").meta.region_name == "eu-west-1"
    assert clients.s3("us-east-1").meta.region_name == "us-east-1"
    assert clients.ssm("us-east-1").meta.service_model.service_name == "ssm"


def test_a_client_follows_the_environment_to_another_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:1"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert clients.s3("us-east-1").meta.endpoint_url == url


def test_a_prediction_and_an_invocation_are_not_retried() -> None:
    for client in (clients.sagemaker_runtime("us-east-1"), clients.lambda_("us-east-1")):
        assert client.meta.config.retries == {"total_max_attempts": 1, "mode": "legacy"}  # type: ignore[attr-defined]
