"""How many instances a roll starts with."""

import json
from pathlib import Path
from typing import Any

import pytest

from rollforward.capacity import capacity
from tests.unit.answers import DEV, ENDPOINT, ENDPOINT_ARN, MODEL, no_endpoint
from tests.unit.conftest import Stub


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    content = {"terraform": {}, "variable": {"current_instances": {"default": 0}}}
    (tmp_path / "cdk.tf.json").write_text(json.dumps(content))
    return tmp_path


def endpoint_has(stub: Stub, *variants: dict[str, Any]) -> None:
    described = {
        "EndpointName": ENDPOINT,
        "EndpointArn": ENDPOINT_ARN,
        "EndpointStatus": "InService",
        "CreationTime": 0,
        "LastModifiedTime": 0,
        "ProductionVariants": list(variants),
    }
    stub("sagemaker").add_response("describe_endpoint", described, {"EndpointName": ENDPOINT})


def test_it_is_what_the_primary_variant_has_now(stub: Stub, stack: Path) -> None:
    challenger = {"VariantName": "challenger", "CurrentInstanceCount": 7}
    endpoint_has(stub, challenger, {"VariantName": "primary", "CurrentInstanceCount": 3})
    assert capacity(DEV, MODEL, stack) == {"current_instances": "3"}


def test_an_endpoint_without_instances_has_none(stub: Stub, stack: Path) -> None:
    endpoint_has(stub, {"VariantName": "primary"})
    assert capacity(DEV, MODEL, stack) == {"current_instances": "0"}


def test_before_the_first_roll_there_are_none(stub: Stub, stack: Path) -> None:
    no_endpoint(stub)
    assert capacity(DEV, MODEL, stack) == {"current_instances": "0"}


def test_a_stack_that_does_not_ask_is_told_nothing(tmp_path: Path) -> None:
    (tmp_path / "cdk.tf.json").write_text('{"terraform": {}}')
    assert capacity(DEV, MODEL, tmp_path) == {}
    assert capacity(DEV, None, tmp_path) == {}
