"""The requests about endpoints that SageMaker receives, and what its answers become."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambda_src.shared.aws.endpoints import SageMakerEndpoints
from lambda_src.shared.endpoints import Endpoint, PrimaryVariant
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.conftest import Stub

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NAME = "rollforward-dev-sentiment"
ARN = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{NAME}"
DESCRIBED = {
    "EndpointName": NAME,
    "EndpointArn": ARN,
    "EndpointConfigName": f"{NAME}-0123456789ab",
    "EndpointStatus": "InService",
    "FailureReason": "Crashed.",
    "CreationTime": NOON,
    "LastModifiedTime": NOON,
}
MODEL_DATA = S3Url("b", "k")
ENDPOINT = Endpoint(
    status="InService",
    configuration=f"{NAME}-0123456789ab",
    failure_reason="Crashed.",
    modified=NOON,
)


def endpoints(stub: Stub) -> SageMakerEndpoints:
    stub("sagemaker")
    return SageMakerEndpoints(boto3.client("sagemaker"))


def missing(stub: Stub, operation: str) -> None:
    stub("sagemaker").add_client_error(
        operation, "ValidationException", 'Could not find endpoint "…".'
    )


def test_an_endpoint_is_found_in_sagemakers_words(stub: Stub) -> None:
    stub("sagemaker").add_response("describe_endpoint", DESCRIBED, {"EndpointName": NAME})
    assert endpoints(stub).find(NAME) == ENDPOINT


def test_a_missing_endpoint_is_none(stub: Stub) -> None:
    missing(stub, "describe_endpoint")
    assert endpoints(stub).find(NAME) is None


def test_a_forbidden_endpoint_is_an_error_not_a_missing_one(stub: Stub) -> None:
    stub("sagemaker").add_client_error("describe_endpoint", "AccessDeniedException", "no")
    with pytest.raises(ClientError, match="AccessDenied"):
        endpoints(stub).find(NAME)


def described_configuration(stub: Stub, *others: str, **more: Any) -> None:
    names = ("primary", *others)
    stub("sagemaker").add_response(
        "describe_endpoint_config",
        {
            "EndpointConfigName": "c",
            "EndpointConfigArn": f"{ARN}-configuration",
            "ProductionVariants": [
                {"VariantName": name, "ModelName": f"m-{name}"} for name in names
            ],
            "CreationTime": NOON,
        }
        | more,
        {"EndpointConfigName": "c"},
    )


def described_model(stub: Stub, **container: Any) -> None:
    stub("sagemaker").add_response(
        "describe_model",
        {
            "ModelName": "m-primary",
            "ModelArn": f"{ARN}-model-of-some-length",
            "PrimaryContainer": {"Image": "i"} | container,
            "CreationTime": NOON,
        },
        {"ModelName": "m-primary"},
    )


def test_a_configuration_serves_the_model_data_of_its_one_variant(stub: Stub) -> None:
    described_configuration(stub)
    described_model(stub, ModelDataUrl="s3://b/k")
    assert endpoints(stub).primary_variant("c") == PrimaryVariant(
        "primary", MODEL_DATA, True, False
    )


def test_of_several_variants_the_first_is_what_is_served(stub: Stub) -> None:
    described_configuration(stub, "challenger")
    described_model(stub, ModelDataUrl="s3://b/k")
    assert endpoints(stub).primary_variant("c") == PrimaryVariant(
        "primary", MODEL_DATA, False, False
    )


def test_a_shadow_is_no_variant_that_might_answer(stub: Stub) -> None:
    shadow = [{"VariantName": "shadow", "ModelName": "m-shadow"}]
    described_configuration(stub, ShadowProductionVariants=shadow)
    described_model(stub, ModelDataUrl="s3://b/k")
    assert endpoints(stub).primary_variant("c") == PrimaryVariant(
        "primary", MODEL_DATA, True, False
    )


def test_an_asynchronous_configuration_is_known_as_such(stub: Stub) -> None:
    queue = {"OutputConfig": {"S3OutputPath": "s3://b/answers/"}}
    described_configuration(stub, AsyncInferenceConfig=queue)
    described_model(stub, ModelDataUrl="s3://b/k")
    assert endpoints(stub).primary_variant("c") == PrimaryVariant("primary", MODEL_DATA, True, True)


def test_a_model_of_the_hub_has_no_model_data(stub: Stub) -> None:
    described_configuration(stub)
    described_model(stub, Environment={"HF_MODEL_ID": "org/name"})
    assert endpoints(stub).primary_variant("c") == PrimaryVariant("primary", None, True, False)


def test_a_configuration_that_is_gone_serves_nothing(stub: Stub) -> None:
    missing(stub, "describe_endpoint_config")
    assert endpoints(stub).primary_variant("c") is None


def test_a_configuration_whose_model_is_gone_serves_nothing(stub: Stub) -> None:
    described_configuration(stub)
    missing(stub, "describe_model")
    assert endpoints(stub).primary_variant("c") is None


def test_a_forbidden_configuration_is_an_error_not_a_missing_one(stub: Stub) -> None:
    stub("sagemaker").add_client_error("describe_endpoint_config", "AccessDeniedException", "no")
    with pytest.raises(ClientError, match="AccessDenied"):
        endpoints(stub).primary_variant("c")
