"""What is asked of AWS, and what its answers become."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from lambda_src.register_model.aws import (
    ModelRegistry,
    PartlyDescribed,
    S3Objects,
    SageMakerEndpoints,
    SsmParameters,
)
from lambda_src.register_model.cloud import (
    MAX_SMALL,
    Approval,
    NewVersion,
    ObjectGone,
    ObjectVersion,
    RegisteredVersion,
)

KEY = "models/m/v1/model.tar.gz"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/group/"


def client(service: str) -> Any:
    # The stubs have one overload a service, and none for a service given by name.
    connect: Callable[..., Any] = boto3.client
    return connect(
        service,
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


def listed(key: str, version_id: str, latest: bool) -> dict[str, Any]:
    return {
        "Key": key,
        "VersionId": version_id,
        "LastModified": NOON,
        "Size": 7,
        "IsLatest": latest,
    }


def test_versions_are_those_of_exactly_this_key() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        page = {
            "IsTruncated": True,
            "NextKeyMarker": KEY,
            "NextVersionIdMarker": "2",
            "Versions": [listed(KEY, "3", True), listed(KEY, "2", False)],
        }
        stub.add_response("list_object_versions", page, {"Bucket": "b", "Prefix": KEY})
        stub.add_response(
            "list_object_versions",
            {"Versions": [listed(KEY, "1", False), listed(f"{KEY}.part", "9", True)]},
            {"Bucket": "b", "Prefix": KEY, "KeyMarker": KEY, "VersionIdMarker": "2"},
        )
        versions = S3Objects(s3).versions("b", KEY)
    assert [version.version_id for version in versions] == ["3", "2", "1"]
    assert versions[0] == ObjectVersion("3", NOON, size=7, latest=True)


def test_a_key_that_was_never_written_has_no_versions() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_response("list_object_versions", {}, {"Bucket": "b", "Prefix": KEY})
        assert S3Objects(s3).versions("b", KEY) == []


def test_one_version_is_opened() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_response(
            "get_object",
            {"Body": StreamingBody(io.BytesIO(b"data"), 4)},
            {"Bucket": "b", "Key": KEY, "VersionId": "1"},
        )
        assert S3Objects(s3).open("b", KEY, "1").read(9) == b"data"


@pytest.mark.parametrize(
    ("code", "status"), [("NoSuchKey", 404), ("NoSuchVersion", 404), ("MethodNotAllowed", 405)]
)
def test_a_missing_version_is_gone(code: str, status: int) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", code, http_status_code=status)
        with pytest.raises(ObjectGone):
            S3Objects(s3).open("b", KEY, "1")


def test_a_forbidden_version_is_an_error() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", "AccessDenied", http_status_code=403)
        with pytest.raises(ClientError, match="AccessDenied"):
            S3Objects(s3).open("b", KEY, "1")


def test_a_copy_is_of_one_version_and_leaves_its_tags() -> None:
    s3 = client("s3")
    source = {"Bucket": "b", "Key": KEY, "VersionId": "1"}
    with Stubber(s3) as stub:
        stub.add_response("head_object", {"ContentLength": 7, "ETag": '"e"'}, source)
        stub.add_response(
            "copy_object",
            {},
            {
                "Bucket": "b",
                "Key": "registered/k",
                "CopySource": source,
                "TaggingDirective": "REPLACE",
            },
        )
        S3Objects(s3).copy("b", KEY, "1", to="registered/k")
        stub.assert_no_pending_responses()


def test_a_copy_of_a_missing_version_is_gone() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("head_object", "404", http_status_code=404)
        with pytest.raises(ObjectGone):
            S3Objects(s3).copy("b", KEY, "1", to="registered/k")


def described(number: int, approval: str, container: dict[str, str]) -> dict[str, Any]:
    return {
        "ModelPackageGroupName": "group",
        "ModelPackageArn": f"{ARN}{number}",
        "ModelPackageVersion": number,
        "ModelPackageDescription": "Why.",
        "CreationTime": NOON,
        "InferenceSpecification": {"Containers": [container]},
        "ModelPackageStatus": "Completed",
        "ModelApprovalStatus": approval,
    }


def summary(number: int) -> dict[str, Any]:
    return {
        "ModelPackageArn": f"{ARN}{number}",
        "CreationTime": NOON,
        "ModelPackageStatus": "Completed",
    }


def test_all_pages_of_the_registry_are_read() -> None:
    sagemaker = client("sagemaker")
    approved = described(1, "Approved", {"Image": "i", "ModelDataUrl": "s3://b/k"})
    rejected = described(2, "Rejected", {"Image": "i"})
    page = {"ModelPackageGroupName": "group", "MaxResults": 100}
    with Stubber(sagemaker) as stub:
        stub.add_response(
            "list_model_packages",
            {"ModelPackageSummaryList": [summary(1)], "NextToken": "more"},
            page,
        )
        stub.add_response(
            "batch_describe_model_package",
            {"ModelPackageSummaries": {f"{ARN}1": approved}},
            {"ModelPackageArnList": [f"{ARN}1"]},
        )
        stub.add_response(
            "list_model_packages",
            {"ModelPackageSummaryList": [summary(2)]},
            page | {"NextToken": "more"},
        )
        stub.add_response(
            "batch_describe_model_package",
            {"ModelPackageSummaries": {f"{ARN}2": rejected}},
            {"ModelPackageArnList": [f"{ARN}2"]},
        )
        versions = ModelRegistry(sagemaker).versions("group")
    assert versions == [
        RegisteredVersion(f"{ARN}1", 1, "Why.", "s3://b/k", Approval.APPROVED),
        RegisteredVersion(f"{ARN}2", 2, "Why.", None, Approval.REJECTED),
    ]


def test_an_empty_registry_has_no_versions() -> None:
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_response("list_model_packages", {"ModelPackageSummaryList": []})
        assert ModelRegistry(sagemaker).versions("group") == []


def test_a_registry_that_describes_only_some_versions_is_not_chosen_from() -> None:
    sagemaker = client("sagemaker")
    error = {"ErrorCode": "AccessDenied", "ErrorResponse": "no"}
    with Stubber(sagemaker) as stub:
        stub.add_response("list_model_packages", {"ModelPackageSummaryList": [summary(1)]})
        stub.add_response(
            "batch_describe_model_package",
            {"ModelPackageSummaries": {}, "BatchDescribeModelPackageErrorMap": {f"{ARN}1": error}},
        )
        with pytest.raises(PartlyDescribed, match="AccessDenied"):
            ModelRegistry(sagemaker).versions("group")


@pytest.mark.parametrize(
    ("approval", "model_data", "metrics", "container", "more"),
    [
        (
            Approval.APPROVED,
            "s3://b/k",
            "s3://b/metrics.json",
            {"Image": "image", "ModelDataUrl": "s3://b/k"},
            {
                "ModelMetrics": {
                    "ModelQuality": {
                        "Statistics": {
                            "ContentType": "application/json",
                            "S3Uri": "s3://b/metrics.json",
                        }
                    }
                }
            },
        ),
        (Approval.REJECTED, None, None, {"Image": "image"}, {}),
    ],
    ids=["approved", "refused"],
)
def test_a_version_is_recorded_with_its_verdict_and_its_metrics(
    approval: Approval,
    model_data: str | None,
    metrics: str | None,
    container: dict[str, str],
    more: dict[str, Any],
) -> None:
    metadata = {"delivery_version": "v1"}
    version = NewVersion(approval, "Why.", "image", model_data, metrics, metadata, "t0")
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_response(
            "create_model_package",
            {"ModelPackageArn": f"{ARN}1"},
            {
                "ModelPackageGroupName": "group",
                "ModelPackageDescription": "Why.",
                "ModelApprovalStatus": approval.value,
                "InferenceSpecification": {
                    "Containers": [container],
                    "SupportedContentTypes": ["application/json"],
                    "SupportedResponseMIMETypes": ["application/json"],
                },
                "CustomerMetadataProperties": {"delivery_version": "v1"},
                "ClientToken": "t0",
                **more,
            },
        )
        assert ModelRegistry(sagemaker).record("group", version) == f"{ARN}1"
        stub.assert_no_pending_responses()


def test_what_an_endpoint_serves_is_the_model_of_its_first_variant() -> None:
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_response(
            "describe_endpoint",
            {
                "EndpointName": "e",
                "EndpointArn": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/e",
                "EndpointConfigName": "c",
                "EndpointStatus": "InService",
                "CreationTime": NOON,
                "LastModifiedTime": NOON,
            },
            {"EndpointName": "e"},
        )
        stub.add_response(
            "describe_endpoint_config",
            {
                "EndpointConfigName": "c",
                "EndpointConfigArn": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint-config/c",
                "ProductionVariants": [{"VariantName": "primary", "ModelName": "m"}],
                "CreationTime": NOON,
            },
            {"EndpointConfigName": "c"},
        )
        stub.add_response(
            "describe_model",
            {
                "ModelName": "m",
                "ModelArn": "arn:aws:sagemaker:eu-west-1:123456789012:model/m",
                "PrimaryContainer": {"Image": "i", "ModelDataUrl": "s3://b/k"},
                "CreationTime": NOON,
            },
            {"ModelName": "m"},
        )
        assert SageMakerEndpoints(sagemaker).live_model_data("e") == "s3://b/k"


def test_before_the_first_apply_nothing_is_live() -> None:
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_client_error(
            "describe_endpoint", "ValidationException", 'Could not find endpoint "arn:e".'
        )
        assert SageMakerEndpoints(sagemaker).live_model_data("e") is None


def test_an_endpoint_that_may_not_be_described_is_an_error_not_a_missing_one() -> None:
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_client_error("describe_endpoint", "AccessDeniedException", "no")
        with pytest.raises(ClientError, match="AccessDenied"):
            SageMakerEndpoints(sagemaker).live_model_data("e")


def test_a_small_object_is_read_or_is_not_there() -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        body = StreamingBody(io.BytesIO(b"{}"), 2)
        stub.add_response("get_object", {"Body": body}, {"Bucket": "b", "Key": "k"})
        stub.add_client_error("get_object", "NoSuchKey")
        assert S3Objects(s3).read("b", "k") == b"{}"
        assert S3Objects(s3).read("b", "k") is None


def test_of_a_large_object_only_the_first_bytes_are_read() -> None:
    s3 = client("s3")
    size = MAX_SMALL + 100
    with Stubber(s3) as stub:
        body = StreamingBody(io.BytesIO(b" " * size), size)
        stub.add_response("get_object", {"Body": body}, {"Bucket": "b", "Key": "k"})
        assert len(S3Objects(s3).read("b", "k") or b"") == MAX_SMALL + 1


def test_a_parameter_is_read() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_response("get_parameter", _parameter("none", 1), {"Name": "/p"})
        assert SsmParameters(ssm).read("/p") == "none"


def test_a_missing_parameter_is_none() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameter", "ParameterNotFound")
        assert SsmParameters(ssm).read("/p") is None


def test_a_forbidden_parameter_is_an_error_not_a_missing_one() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_client_error("get_parameter", "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            SsmParameters(ssm).read("/p")


def test_a_parameter_is_changed_never_created() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        expected = {"Name": "/p", "Value": "v", "Overwrite": True}
        stub.add_response("put_parameter", {"Version": 2}, expected)
        SsmParameters(ssm).write("/p", "v")
        stub.assert_no_pending_responses()


def _parameter(value: str, version: int) -> dict[str, Any]:
    return {"Parameter": {"Value": value, "Version": version}}


def test_a_read_that_is_older_than_ones_own_write_is_repeated() -> None:
    ssm = client("ssm")
    paused: list[float] = []
    with Stubber(ssm) as stub:
        stub.add_response("put_parameter", {"Version": 7})
        for version in (6, 6, 7):
            stub.add_response("get_parameter", _parameter(f"v{version}", version))
        parameters = SsmParameters(ssm, pause=paused.append)
        parameters.write("/p", "v7")
        assert parameters.read("/p") == "v7"
        assert len(paused) == 2


def test_a_parameter_that_was_deleted_and_made_anew_is_read_after_a_while() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_response("put_parameter", {"Version": 7})
        for _ in range(8):
            stub.add_response("get_parameter", _parameter("none", 1))
        parameters = SsmParameters(ssm, pause=lambda _: None)
        parameters.write("/p", "v7")
        assert [parameters.read("/p"), parameters.read("/p")] == ["none", "none"]
        stub.assert_no_pending_responses()


def test_a_write_waits_for_another_of_the_same_parameter() -> None:
    ssm = client("ssm")
    with Stubber(ssm) as stub:
        stub.add_client_error("put_parameter", "TooManyUpdates")
        stub.add_response("put_parameter", {"Version": 2})
        SsmParameters(ssm, pause=lambda _: None).write("/p", "v")
        stub.assert_no_pending_responses()
