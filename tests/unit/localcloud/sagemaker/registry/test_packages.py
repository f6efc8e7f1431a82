"""The versions of a model package group."""

from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    refusal,
)

GROUP = "dev-sentiment"


@pytest.fixture
def registry(sagemaker: Any) -> Any:
    sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
    return sagemaker


def _register(registry: Any, **more: Any) -> str:
    answer = registry.create_model_package(ModelPackageGroupName=GROUP, **more)
    return str(answer["ModelPackageArn"])


def test_versions_are_numbered_and_a_number_is_never_used_again(registry: Any) -> None:
    first, second = _register(registry), _register(registry)
    registry.delete_model_package(ModelPackageName=second)
    third = _register(registry)
    assert [arn.rpartition(f"/{GROUP}/")[2] for arn in (first, second, third)] == ["1", "2", "3"]


def test_the_same_client_token_is_the_same_version(registry: Any) -> None:
    versions = [_register(registry, ClientToken=token)[-1] for token in ("t", "t", "u")]
    assert versions == ["1", "1", "2"]


def test_the_same_client_token_with_other_parameters_is_refused(registry: Any) -> None:
    _register(registry, ClientToken="t", ModelPackageDescription="better than 0.9")
    other = {"ClientToken": "t", "ModelPackageDescription": "better than 0.8"}
    assert refusal(_register, registry=registry, **other).startswith("ConflictException: ")


def test_versions_are_listed_by_approval_status_newest_first(registry: Any) -> None:
    for verdict in ("Approved", "Rejected", "Approved"):
        _register(registry, ModelApprovalStatus=verdict)
    approved = registry.list_model_packages(
        ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved", SortOrder="Descending"
    )
    numbers = [each["ModelPackageVersion"] for each in approved["ModelPackageSummaryList"]]
    assert numbers == [3, 1]
    assert registry.list_model_packages()["ModelPackageSummaryList"] == []


def test_approval_status_and_metadata_of_a_version_can_be_updated(registry: Any) -> None:
    arn = _register(registry, CustomerMetadataProperties={"key": "a", "reason": "b"})
    registry.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Rejected",
        CustomerMetadataProperties={"proof": "failed"},
        CustomerMetadataPropertiesToRemove=["reason"],
    )
    described = registry.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "Rejected"
    assert described["CustomerMetadataProperties"] == {"key": "a", "proof": "failed"}


def test_a_batch_describes_versions_and_names_the_missing_ones(registry: Any) -> None:
    arn = _register(registry)
    missing = arn.replace("/1", "/7")
    answer = registry.batch_describe_model_package(ModelPackageArnList=[arn, missing])
    assert answer["ModelPackageSummaries"][arn]["ModelPackageVersion"] == 1
    error = answer["BatchDescribeModelPackageErrorMap"][missing]
    assert "does not exist" in error["ErrorResponse"]


def test_a_batch_describes_at_most_a_hundred_versions(registry: Any) -> None:
    too_many = [_register(registry)] * 101
    message = refusal(registry.batch_describe_model_package, ModelPackageArnList=too_many)
    assert "length less than or equal to 100" in message


def test_a_group_with_versions_is_not_deleted(registry: Any) -> None:
    arn = _register(registry)
    message = refusal(registry.delete_model_package_group, ModelPackageGroupName=GROUP)
    assert "contains model packages" in message
    registry.delete_model_package(ModelPackageName=arn)
    registry.delete_model_package_group(ModelPackageGroupName=GROUP)
