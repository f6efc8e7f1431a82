"""CreateEndpointConfig: the variants that AWS refuses."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    CONTAINER,
    SERVERLESS,
    refusal,
    variant,
)


def _without(name: str) -> Any:
    return {member: value for member, value in variant("v").items() if member != name}


@pytest.mark.parametrize(
    ("variants", "more", "words"),
    [
        ([variant("v"), variant("v")], {}, "Variant names must be unique"),
        ([_without("InstanceType")], {}, "neither a ServerlessConfig nor an InstanceType"),
        ([_without("InitialInstanceCount")], {}, "nor an InitialInstanceCount"),
        ([variant("v", AcceleratorType="ml.eia2.medium")], {}, "no longer available"),
        ([variant("v", ServerlessConfig=SERVERLESS)], {}, "InitialInstanceCount is not allowed"),
        (
            [variant("v", InstanceType="ml.m5d.large", VolumeSizeInGB=30)],
            {},
            "VolumeSizeInGB cannot",
        ),
        ([variant("v", InstanceType="ml.g5.xlarge")], {"KmsKeyId": "alias/k"}, "KmsKeyId cannot"),
        ([variant("v", InstanceType="ml.r7gd.large")], {"KmsKeyId": "alias/k"}, "KmsKeyId cannot"),
        ([variant("v", VolumeSizeInGB=513)], {}, "value less than or equal to 512"),
        ([variant("v", InitialVariantWeight=-1)], {}, "value greater than or equal to 0"),
        ([variant("v", InstanceType="ml.m99.large")], {}, "satisfy enum value set"),
    ],
)
def test_a_variant_that_aws_refuses_is_refused(
    create_config: Callable[..., Any], variants: list[Any], more: Any, words: str
) -> None:
    assert words in refusal(create_config, *variants, **more)


def test_a_kms_key_is_allowed_for_instances_without_local_disks(
    create_config: Callable[..., Any],
) -> None:
    assert create_config(variant("v", VolumeSizeInGB=30), KmsKeyId="alias/k")["EndpointConfigArn"]


def test_a_serverless_endpoint_must_not_have_a_pipeline(sagemaker: Any) -> None:
    sagemaker.create_model(ModelName="m", Containers=[CONTAINER, CONTAINER])
    serverless = {"VariantName": "v", "ModelName": "m", "ServerlessConfig": SERVERLESS}
    create = sagemaker.create_endpoint_config
    message = refusal(create, EndpointConfigName="c", ProductionVariants=[serverless])
    assert "Inference pipelines are not supported" in message


@pytest.mark.parametrize(
    ("containers", "members", "words"),
    [
        ([CONTAINER, CONTAINER], {}, "endpoints of several containers"),
        ([CONTAINER | {"Mode": "MultiModel"}], {}, "multi-model endpoints"),
        ([CONTAINER], {"InstanceType": "ml.inf1.xlarge"}, "Inf1 instances"),
    ],
)
def test_a_variant_that_does_not_support_shadow_tests_is_refused(
    sagemaker: Any, containers: list[Any], members: Any, words: str
) -> None:
    sagemaker.create_model(ModelName="m", Containers=containers)
    message = refusal(
        sagemaker.create_endpoint_config,
        EndpointConfigName="c",
        ProductionVariants=[variant("a", ModelName="m", **members)],
        ShadowProductionVariants=[variant("b", ModelName="m", **members)],
    )
    assert words in message
