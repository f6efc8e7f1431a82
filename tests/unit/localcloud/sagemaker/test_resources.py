"""The stand-in for SageMaker answers as AWS does: create, describe, list, tag, refuse."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    CONTAINER,
    create_config,
    create_model,
    refusal,
)

GROUP = "dev-sentiment"


def test_a_resource_is_described_as_created(sagemaker: Any) -> None:
    create_model(sagemaker)
    described = sagemaker.describe_model(ModelName="m")
    assert described["PrimaryContainer"] == CONTAINER
    assert "VpcConfig" not in described
    assert described["ModelArn"].startswith("arn:aws:sagemaker:us-east-1:1000")


def test_accounts_and_regions_are_separate(client: Callable[..., Any]) -> None:
    create_model(client("sagemaker"))
    for other in ({"aws_access_key_id": "999999999999"}, {"region_name": "eu-west-1"}):
        assert client("sagemaker", **other).list_models()["Models"] == []


def test_a_name_can_be_used_once(sagemaker: Any) -> None:
    create_model(sagemaker)
    create_config(sagemaker)
    message = refusal(create_config, sagemaker)
    assert "ValidationException: Cannot create already existing endpoint configuration" in message


@pytest.mark.parametrize(
    ("operation", "params", "words"),
    [
        ("describe_model", {"ModelName": "x"}, 'Could not find model "arn:'),
        ("delete_endpoint", {"EndpointName": "x"}, 'Could not find endpoint "arn:'),
        ("describe_endpoint_config", {"EndpointConfigName": "x"}, "Could not find endpoint config"),
        ("describe_model_package_group", {"ModelPackageGroupName": "x"}, "does not exist"),
    ],
)
def test_the_error_of_a_missing_resource_has_the_words_that_terraform_expects(
    sagemaker: Any, operation: str, params: dict[str, str], words: str
) -> None:
    assert words in refusal(getattr(sagemaker, operation), **params)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Value null at 'modelName' failed to satisfy constraint: Member must not be null"),
        ({"ModelName": "under_score"}, "satisfy regular expression pattern"),
        ({"ModelName": "m" * 64}, "length less than or equal to 63"),
        ({"ModelName": "m", "EnableNetworkIsolation": "no"}, "Member must be a boolean"),
        ({"ModelName": "m", "PrimaryContainer": {"Mode": "Many"}}, "satisfy enum value set"),
        ({"ModelName": "m", "Tags": [{"Key": "a(b", "Value": ""}]}, "tags.1.member.key"),
    ],
)
def test_a_malformed_request_is_refused(sagemaker: Any, params: Any, words: str) -> None:
    assert words in refusal(sagemaker.create_model, **params)


def test_an_unsupported_operation_is_refused(sagemaker: Any) -> None:
    request = {"PipelineName": "p", "ClientRequestToken": "t" * 32}
    message = refusal(sagemaker.start_pipeline_execution, **request)
    assert message.startswith("UnknownOperationException: ")


def test_lists_are_filtered_sorted_and_paged(sagemaker: Any) -> None:
    for number in range(12):
        create_model(sagemaker, f"m-{number:02}")
    first = sagemaker.list_models()
    rest = sagemaker.list_models(NextToken=first["NextToken"])
    names = [model["ModelName"] for model in first["Models"] + rest["Models"]]
    assert names == [f"m-{number:02}" for number in reversed(range(12))]
    found = sagemaker.list_models(NameContains="m-1", SortOrder="Ascending")["Models"]
    assert [model["ModelName"] for model in found] == ["m-10", "m-11"]


def test_tags_are_added_listed_and_deleted_by_arn(sagemaker: Any) -> None:
    tags = [{"Key": "project", "Value": "models"}]
    created = sagemaker.create_model_package_group(ModelPackageGroupName=GROUP, Tags=tags)
    arn = created["ModelPackageGroupArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "owner", "Value": "data"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["project"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "owner", "Value": "data"}]


def test_an_unknown_endpoint_cannot_be_invoked(client: Callable[..., Any]) -> None:
    runtime = client("sagemaker-runtime")
    message = refusal(runtime.invoke_endpoint, EndpointName="e", Body=b"{}")
    assert message.startswith("ValidationError: Endpoint e of account ")


def test_a_request_that_is_sent_again_gets_the_same_answer(
    client: Callable[..., Any],
) -> None:
    sagemaker = client("sagemaker")

    def same_invocation(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = "the-same"

    sagemaker.meta.events.register_last("before-send.sagemaker", same_invocation)
    answers = [sagemaker.create_model_package_group(ModelPackageGroupName=GROUP) for _ in "12"]
    assert answers[0]["ModelPackageGroupArn"] == answers[1]["ModelPackageGroupArn"]
