"""The requests that the Model Registry receives, and what its answers become."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from lambda_src.shared.aws.registry import ModelRegistry, PartlyDescribed
from lambda_src.shared.registry import Approval, NewVersion, RegisteredVersion
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.shared.aws.clients import client

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ARN = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/group/"


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
        RegisteredVersion(f"{ARN}1", 1, "Why.", S3Url("b", "k"), Approval.APPROVED),
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
            S3Url("b", "k"),
            S3Url("b", "metrics.json"),
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
def test_a_version_is_recorded_with_its_approval_and_its_metrics(
    approval: Approval,
    model_data: S3Url | None,
    metrics: S3Url | None,
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


def test_a_version_is_rejected_with_the_reason() -> None:
    sagemaker = client("sagemaker")
    with Stubber(sagemaker) as stub:
        stub.add_response(
            "update_model_package",
            {"ModelPackageArn": f"{ARN}2"},
            {
                "ModelPackageArn": f"{ARN}2",
                "ModelApprovalStatus": "Rejected",
                "ApprovalDescription": "Rolled back by SageMaker: Crashed.",
            },
        )
        ModelRegistry(sagemaker).reject(f"{ARN}2", "Rolled back by SageMaker: Crashed.")
        stub.assert_no_pending_responses()
