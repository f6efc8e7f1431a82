"""Tags that AWS refuses."""

from typing import Any

import pytest

from tests.unit.localcloud.standin import (
    refusal,
)


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ([{"Key": "aws:owner", "Value": "x"}], "aws: prefixed tag key names are not allowed"),
        ([{"Key": "AWS:owner", "Value": "x"}], "aws: prefixed tag key names are not allowed"),
        ([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}], "Duplicate tag keys"),
        ([{"Key": str(n), "Value": ""} for n in range(51)], "length less than or equal to 50"),
    ],
)
def test_tags_that_aws_reserves_or_that_are_too_many_are_refused(
    sagemaker: Any, tags: list[Any], words: str
) -> None:
    message = refusal(sagemaker.create_model_package_group, ModelPackageGroupName="g", Tags=tags)
    assert words in message


def test_a_resource_has_at_most_fifty_tags_including_added_ones(sagemaker: Any) -> None:
    tags = [{"Key": str(number), "Value": ""} for number in range(50)]
    group = sagemaker.create_model_package_group(ModelPackageGroupName="g", Tags=tags)
    arn = group["ModelPackageGroupArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "0", "Value": "another"}])
    message = refusal(sagemaker.add_tags, ResourceArn=arn, Tags=[{"Key": "more", "Value": ""}])
    assert message.startswith("ResourceLimitExceeded")
