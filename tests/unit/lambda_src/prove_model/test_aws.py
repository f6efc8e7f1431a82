"""The requests that SageMaker Runtime and CloudWatch receive, and what their answers become."""

import io
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody

from lambda_src.prove_model.aws import CloudWatchSmokeFailures, SageMakerInvocations
from lambda_src.prove_model.cloud import InvocationFailed, QueuedRequest
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.conftest import Stub

NAME = "rollforward-dev-sentiment"


def invocations(stub: Stub) -> SageMakerInvocations:
    stub("sagemaker-runtime")
    return SageMakerInvocations(boto3.client("sagemaker-runtime"))


def test_a_model_is_invoked_with_json(stub: Stub) -> None:
    body = b'{"label": "positive"}'
    stub("sagemaker-runtime").add_response(
        "invoke_endpoint",
        {"Body": StreamingBody(io.BytesIO(body), len(body))},
        {"EndpointName": NAME, "Body": b"[]", "ContentType": "application/json"},
    )
    assert invocations(stub).invoke(NAME, b"[]", None) == body


def test_one_of_several_variants_is_invoked_by_its_name(stub: Stub) -> None:
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
    assert invocations(stub).invoke(NAME, b"[]", "primary") == b"1"


def test_an_asynchronous_endpoint_names_the_places_of_its_answer(stub: Stub) -> None:
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
    queued = invocations(stub).enqueue(NAME, S3Url("b", "requests/1"))
    assert queued == QueuedRequest(S3Url("b", "answers/1"), S3Url("b", "failures/1"))


def test_an_error_of_the_model_is_a_failed_invocation(stub: Stub) -> None:
    stub("sagemaker-runtime").add_client_error(
        "invoke_endpoint", "ModelError", "Received server error (500)"
    )
    with pytest.raises(InvocationFailed, match=r"ModelError: Received server error \(500\)"):
        invocations(stub).invoke(NAME, b"[]", None)


def test_no_answer_in_time_is_a_failed_invocation() -> None:
    class Silent:
        def invoke_endpoint(self, **_: Any) -> Any:
            raise ReadTimeoutError(endpoint_url="https://runtime.sagemaker")

    runtime: Any = Silent()
    with pytest.raises(InvocationFailed, match="timeout"):
        SageMakerInvocations(runtime).invoke(NAME, b"[]", None)


def test_an_invocation_that_did_not_reach_the_model_does_not_count_against_it(stub: Stub) -> None:
    stub("sagemaker-runtime").add_client_error("invoke_endpoint", "ThrottlingException", "slow")
    with pytest.raises(ClientError, match="Throttling"):
        invocations(stub).invoke(NAME, b"[]", None)


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
    failures = CloudWatchSmokeFailures(boto3.client("cloudwatch"), "Rollforward", "SmokeFailures")
    failures.count("new")
