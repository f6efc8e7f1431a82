"""What is asked of AWS, and what its answers become."""

import io
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody

from lambda_src.prove_model.aws import CloudWatchMetrics, SageMakerEndpoints, SageMakerRegistry
from lambda_src.prove_model.cloud import Endpoint, InvocationFailed, Places, Served
from lambda_src.register_model.cloud import Approval, RegisteredVersion
from tests.unit.conftest import Stub

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
NAME = "rollforward-dev-sentiment"
ARN = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{NAME}"
PACKAGE = f"arn:aws:sagemaker:us-east-1:123456789012:model-package/{NAME}/2"
DESCRIBED = {
    "EndpointName": NAME,
    "EndpointArn": ARN,
    "EndpointConfigName": f"{NAME}-0123456789ab",
    "EndpointStatus": "InService",
    "FailureReason": "Crashed.",
    "CreationTime": NOON,
    "LastModifiedTime": NOON,
}
ENDPOINT = Endpoint(
    status="InService",
    configuration=f"{NAME}-0123456789ab",
    failure_reason="Crashed.",
    modified=NOON,
)


def endpoints(stub: Stub) -> SageMakerEndpoints:
    stub("sagemaker")
    stub("sagemaker-runtime")
    return SageMakerEndpoints(boto3.client("sagemaker"), boto3.client("sagemaker-runtime"))


def registry(stub: Stub) -> SageMakerRegistry:
    stub("sagemaker")
    return SageMakerRegistry(boto3.client("sagemaker"))


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
    assert endpoints(stub).served("c") == Served("s3://b/k", "primary", True, False)


def test_of_several_variants_the_first_is_what_is_served(stub: Stub) -> None:
    described_configuration(stub, "challenger")
    described_model(stub, ModelDataUrl="s3://b/k")
    assert endpoints(stub).served("c") == Served("s3://b/k", "primary", False, False)


def test_a_shadow_is_no_variant_that_might_answer(stub: Stub) -> None:
    shadow = [{"VariantName": "shadow", "ModelName": "m-shadow"}]
    described_configuration(stub, ShadowProductionVariants=shadow)
    described_model(stub, ModelDataUrl="s3://b/k")
    assert endpoints(stub).served("c") == Served("s3://b/k", "primary", True, False)


def test_an_asynchronous_configuration_is_known_as_such(stub: Stub) -> None:
    queue = {"OutputConfig": {"S3OutputPath": "s3://b/answers/"}}
    described_configuration(stub, AsyncInferenceConfig=queue)
    described_model(stub, ModelDataUrl="s3://b/k")
    assert endpoints(stub).served("c") == Served("s3://b/k", "primary", True, True)


def test_a_model_of_the_hub_has_no_model_data(stub: Stub) -> None:
    described_configuration(stub)
    described_model(stub, Environment={"HF_MODEL_ID": "org/name"})
    assert endpoints(stub).served("c") == Served(None, "primary", True, False)


def test_a_configuration_that_is_gone_serves_nothing(stub: Stub) -> None:
    missing(stub, "describe_endpoint_config")
    assert endpoints(stub).served("c") is None


def test_a_configuration_whose_model_is_gone_serves_nothing(stub: Stub) -> None:
    described_configuration(stub)
    missing(stub, "describe_model")
    assert endpoints(stub).served("c") is None


def test_a_forbidden_configuration_is_an_error_not_a_missing_one(stub: Stub) -> None:
    stub("sagemaker").add_client_error("describe_endpoint_config", "AccessDeniedException", "no")
    with pytest.raises(ClientError, match="AccessDenied"):
        endpoints(stub).served("c")


def test_a_model_is_asked_in_json(stub: Stub) -> None:
    body = b'{"label": "positive"}'
    stub("sagemaker-runtime").add_response(
        "invoke_endpoint",
        {"Body": StreamingBody(io.BytesIO(body), len(body))},
        {"EndpointName": NAME, "Body": b"[]", "ContentType": "application/json"},
    )
    assert endpoints(stub).invoke(NAME, b"[]", None) == body


def test_one_of_several_variants_is_asked_by_its_name(stub: Stub) -> None:
    stub("sagemaker-runtime").add_response(
        "invoke_endpoint",
        {"Body": StreamingBody(io.BytesIO(b"1"), 1)},
        {
            "EndpointName": NAME,
            "Body": b"[]",
            "ContentType": "application/json",
            "TargetVariant": "primary",
        },
    )
    assert endpoints(stub).invoke(NAME, b"[]", "primary") == b"1"


def test_an_asynchronous_endpoint_says_where_its_answer_will_be(stub: Stub) -> None:
    stub("sagemaker-runtime").add_response(
        "invoke_endpoint_async",
        {"OutputLocation": "s3://b/answers/1", "FailureLocation": "s3://b/failures/1"},
        {
            "EndpointName": NAME,
            "InputLocation": "s3://b/requests/1",
            "ContentType": "application/json",
            "RequestTTLSeconds": 600,
        },
    )
    places = endpoints(stub).enqueue(NAME, "s3://b/requests/1")
    assert places == Places("s3://b/answers/1", "s3://b/failures/1")


def test_an_error_of_the_model_is_a_failed_invocation(stub: Stub) -> None:
    stub("sagemaker-runtime").add_client_error(
        "invoke_endpoint", "ModelError", "Received server error (500)"
    )
    with pytest.raises(InvocationFailed, match=r"ModelError: Received server error \(500\)"):
        endpoints(stub).invoke(NAME, b"[]", None)


def test_no_answer_in_time_is_a_failed_invocation(stub: Stub) -> None:
    class Silent:
        def invoke_endpoint(self, **_: Any) -> Any:
            raise ReadTimeoutError(endpoint_url="https://runtime.sagemaker")

    runtime: Any = Silent()
    stub("sagemaker")
    with pytest.raises(InvocationFailed, match="timeout"):
        SageMakerEndpoints(boto3.client("sagemaker"), runtime).invoke(NAME, b"[]", None)


def test_versions_are_listed_with_their_approval(stub: Stub) -> None:
    listed = {"ModelPackageArn": PACKAGE, "CreationTime": NOON, "ModelPackageStatus": "Completed"}
    described = listed | {
        "ModelPackageGroupName": NAME,
        "ModelPackageVersion": 2,
        "InferenceSpecification": {"Containers": [{"Image": "i", "ModelDataUrl": "s3://b/k"}]},
        "ModelApprovalStatus": "Approved",
    }
    stub("sagemaker").add_response("list_model_packages", {"ModelPackageSummaryList": [listed]})
    stub("sagemaker").add_response(
        "batch_describe_model_package", {"ModelPackageSummaries": {PACKAGE: described}}
    )
    versions = registry(stub).versions(NAME)
    assert versions == [RegisteredVersion(PACKAGE, 2, "", "s3://b/k", Approval.APPROVED)]


def test_a_version_is_rejected_with_the_reason(stub: Stub) -> None:
    stub("sagemaker").add_response(
        "update_model_package",
        {"ModelPackageArn": PACKAGE},
        {
            "ModelPackageArn": PACKAGE,
            "ModelApprovalStatus": "Rejected",
            "ApprovalDescription": "Rolled back by SageMaker: Crashed.",
        },
    )
    registry(stub).reject(PACKAGE, "Rolled back by SageMaker: Crashed.")


def test_an_invocation_that_never_reached_the_model_is_not_held_against_it(stub: Stub) -> None:
    stub("sagemaker-runtime").add_client_error("invoke_endpoint", "ThrottlingException", "slow")
    with pytest.raises(ClientError, match="Throttling"):
        endpoints(stub).invoke(NAME, b"[]", None)


def test_a_failed_smoke_request_is_a_metric_of_the_new_configuration(stub: Stub) -> None:
    datum = {
        "MetricName": "SmokeFailures",
        "Dimensions": [{"Name": "EndpointConfigName", "Value": "new"}],
        "Value": 1,
        "Unit": "Count",
        "StorageResolution": 1,
    }
    expected = {"Namespace": "Rollforward", "MetricData": [datum]}
    stub("cloudwatch").add_response("put_metric_data", {}, expected)
    metrics = CloudWatchMetrics(boto3.client("cloudwatch"), "Rollforward", "SmokeFailures")
    metrics.count_failure("new")
