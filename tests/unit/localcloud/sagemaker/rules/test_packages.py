"""CreateModelPackage and UpdateModelPackage: the requests that AWS refuses."""

from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    CONTAINER,
    refusal,
)


def _unversioned(**more: Any) -> Any:
    types = {
        "SupportedTransformInstanceTypes": ["ml.m5.large"],
        "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large"],
    }
    specification = {"Containers": [CONTAINER]} | types | more
    return {"ModelPackageName": "p", "InferenceSpecification": specification}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Missing ARN."),
        (_unversioned() | {"ModelPackageGroupName": "g"}, "Both ModelPackageName and"),
        (_unversioned() | {"ModelApprovalStatus": "Approved"}, "does not apply to unversioned"),
        ({"ModelPackageName": "p"}, "Either InferenceSpecification or Source"),
        (_unversioned(SupportedRealtimeInferenceInstanceTypes=[]), "required for unversioned"),
        (
            {"ModelPackageGroupName": "g", "Tags": [{"Key": "a", "Value": ""}]},
            "has the tags of its group",
        ),
        ({"ModelPackageGroupName": "g", "ModelPackageDescription": "é" * 1025}, "or equal to 1024"),
        ({"ModelPackageGroupName": "g", "ModelPackageDescription": "\n"}, "regular expression"),
        ({"ModelPackageGroupName": "g", "CustomerMetadataProperties": {}}, "than or equal to 1"),
        ({"ModelPackageGroupName": "g", "ClientToken": "under_score"}, "regular expression"),
    ],
)
def test_a_model_package_that_aws_refuses_is_refused(
    sagemaker: Any, params: Any, words: str
) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="g")
    assert words in refusal(sagemaker.create_model_package, **params)


def test_a_version_has_at_most_fifty_metadata_entries(sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="g")
    metadata = {str(number): "v" for number in range(50)}
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="g", CustomerMetadataProperties=metadata
    )["ModelPackageArn"]
    update = sagemaker.update_model_package
    more = {"ModelPackageArn": arn, "CustomerMetadataProperties": {"more": "v"}}
    assert "at most 50" in refusal(update, **more)
    update(**more, CustomerMetadataPropertiesToRemove=["0"])


def test_only_versioned_models_are_updated(sagemaker: Any) -> None:
    arn = sagemaker.create_model_package(**_unversioned())["ModelPackageArn"]
    message = refusal(sagemaker.update_model_package, ModelPackageArn=arn, SourceUri="s3://b/k")
    assert "updates versioned models only" in message


def test_an_approval_description_has_one_line(sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="g")
    arn = sagemaker.create_model_package(ModelPackageGroupName="g")["ModelPackageArn"]
    message = refusal(
        sagemaker.update_model_package, ModelPackageArn=arn, ApprovalDescription="a\nb"
    )
    assert "regular expression pattern" in message
