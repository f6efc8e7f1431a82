"""How many instances a roll starts with."""

import json
from pathlib import Path
from typing import Any

import pytest

from rollforward.operations.apply.instance_count import instance_options
from tests.unit.rollforward.account import SENTIMENT, Account


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    content = {"terraform": {}, "variable": {"current_instances": {"default": 0}}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps(content))
    return tmp_path


def endpoint_has(aws: Account, *variants: dict[str, Any]) -> None:
    aws.describe("InService", configuration="of-v2", variants=variants)


def remembered(aws: Account, **counts: int) -> None:
    """Terraform's state, with so many instances for each version."""

    def resource(kind: str, name: str, *instances: dict[str, Any]) -> dict[str, Any]:
        return {"type": kind, "name": name, "instances": list(instances)}

    memory = [
        {"index_key": key, "attributes": {"input": {"value": {"instances": count}}}}
        for key, count in counts.items()
    ]
    named = [{"index_key": key, "attributes": {"name": f"of-{key}"}} for key in counts]
    gone = {"index_key": "v1", "deposed": "0a1b", "attributes": {"name": "gone"}}
    resources = [
        resource("terraform_data", "kind", {"attributes": {"input": {"value": {"kind": "x"}}}}),
        resource("terraform_data", "capacity", *memory),
        resource("aws_sagemaker_endpoint_configuration", "configuration", *named, gone),
    ]
    aws.last_state({"outputs": {}, "resources": resources})


THREE = {"VariantName": "primary", "CurrentInstanceCount": 3}


def test_a_version_that_returns_to_a_larger_fleet_takes_the_new_count(
    aws: Account, stack: Path
) -> None:
    endpoint_has(aws, THREE)
    remembered(aws, v1=1, v2=1)
    aws.point("v1")
    assert instance_options(SENTIMENT, stack) == [
        "-var=current_instances=3",
        '-replace=terraform_data.capacity["v1"]',
    ]


def test_a_live_version_is_not_rolled_because_its_fleet_has_grown(
    aws: Account, stack: Path
) -> None:
    endpoint_has(aws, THREE)
    remembered(aws, v1=1, v2=1)
    aws.point("v2")
    assert instance_options(SENTIMENT, stack) == ["-var=current_instances=3"]


@pytest.mark.parametrize("registered", ["v1", "v3"])
def test_a_version_that_is_new_or_large_enough_is_left_alone(
    aws: Account, stack: Path, registered: str
) -> None:
    endpoint_has(aws, THREE)
    remembered(aws, v1=3, v2=1)
    aws.point(registered)
    assert instance_options(SENTIMENT, stack) == ["-var=current_instances=3"]


def test_the_count_is_that_of_the_primary_variant(aws: Account, stack: Path) -> None:
    endpoint_has(aws, {"VariantName": "challenger", "CurrentInstanceCount": 7}, THREE)
    assert instance_options(SENTIMENT, stack) == ["-var=current_instances=3"]


def test_an_endpoint_without_instances_has_none(aws: Account, stack: Path) -> None:
    endpoint_has(aws, {"VariantName": "primary"})
    assert instance_options(SENTIMENT, stack) == ["-var=current_instances=0"]


@pytest.mark.usefixtures("aws")
def test_before_the_first_roll_there_are_none(stack: Path) -> None:
    assert instance_options(SENTIMENT, stack) == ["-var=current_instances=0"]


def test_a_stack_without_a_count_of_instances_gets_no_options(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text('{"terraform": {}}')
    assert instance_options(SENTIMENT, tmp_path) == []
    assert instance_options(None, tmp_path) == []
