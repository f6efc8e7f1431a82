"""Endpoint configurations, and the combinations that AWS refuses."""

from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    CONTAINER,
    ON_INSTANCES,
    SERVERLESS,
    create_config,
    create_model,
    refusal,
)


def test_a_configuration_of_a_missing_model_is_refused(sagemaker: Any) -> None:
    assert "Could not find model" in refusal(create_config, sagemaker, model="gone")


QUEUED = {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b/out"}}}


CAPTURED = {
    "DataCaptureConfig": {
        "InitialSamplingPercentage": 10,
        "DestinationS3Uri": "s3://b/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
}


def _variants(count: int, **members: Any) -> list[Any]:
    return [{"VariantName": f"v{n}", "ModelName": "m"} | members for n in range(count)]


SHADOWED = {"ShadowProductionVariants": _variants(1, VariantName="shadow", **ON_INSTANCES)}


@pytest.mark.parametrize(
    ("variants", "more", "words"),
    [
        (_variants(11, **ON_INSTANCES), {}, "length less than or equal to 10"),
        (_variants(2, ServerlessConfig=SERVERLESS), {}, "Only one production variant"),
        (_variants(1, ServerlessConfig=SERVERLESS), QUEUED, "AsyncInferenceConfig is not supp"),
        (_variants(1, ServerlessConfig=SERVERLESS), CAPTURED, "DataCaptureConfig is not supp"),
        (_variants(1, ServerlessConfig=SERVERLESS), SHADOWED, "ShadowProductionVariants is not"),
        (
            _variants(1, ServerlessConfig=SERVERLESS, **ON_INSTANCES),
            {},
            "InitialInstanceCount is not",
        ),
        (
            _variants(1, ServerlessConfig=SERVERLESS | {"MemorySizeInMB": 1500}),
            {},
            "must be 1024, 2048, 3072, 4096, 5120 or 6144; it is 1500",
        ),
        (
            _variants(1, ServerlessConfig=SERVERLESS | {"MemorySizeInMB": 8192}),
            {},
            "value less than or equal to 6144",
        ),
        (
            _variants(1, ServerlessConfig=SERVERLESS | {"ProvisionedConcurrency": 6}),
            {},
            "must not exceed MaxConcurrency, which is 5",
        ),
        (_variants(2, **ON_INSTANCES), SHADOWED, "Only one of ProductionVariants"),
        (
            _variants(1, **ON_INSTANCES),
            SHADOWED | QUEUED,
            "not supported with AsyncInferenceConfig",
        ),
    ],
)
def test_members_that_exclude_one_another_are_refused(
    sagemaker: Any, variants: list[Any], more: Any, words: str
) -> None:
    create_model(sagemaker)
    create = sagemaker.create_endpoint_config
    assert words in refusal(create, EndpointConfigName="c", ProductionVariants=variants, **more)
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []


def test_a_model_with_network_isolation_is_not_served_serverless(sagemaker: Any) -> None:
    sagemaker.create_model(ModelName="m", PrimaryContainer=CONTAINER, EnableNetworkIsolation=True)
    variants = _variants(1, ServerlessConfig=SERVERLESS)
    create = sagemaker.create_endpoint_config
    message = refusal(create, EndpointConfigName="c", ProductionVariants=variants)
    assert "EnableNetworkIsolation of model" in message


def test_an_endpoint_configuration_is_described_as_created(sagemaker: Any) -> None:
    create_model(sagemaker)
    tuned = {"VolumeSizeInGB": 50, "ContainerStartupHealthCheckTimeoutInSeconds": 600}
    given = {"ProductionVariants": _variants(1, **ON_INSTANCES, **tuned), **QUEUED, **CAPTURED}
    sagemaker.create_endpoint_config(EndpointConfigName="c", **given)
    described = sagemaker.describe_endpoint_config(EndpointConfigName="c")
    assert {name: described[name] for name in given} == given
