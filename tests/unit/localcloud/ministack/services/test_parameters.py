"""The local Parameter Store refuses what AWS refuses."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ministack.services import ssm

from localcloud.behaviour import Behaviour
from localcloud.ministack.services import parameters


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    monkeypatch.setattr(ssm, "_put_parameter", ssm._put_parameter)
    monkeypatch.setattr(ssm, "_parameters", {})
    parameters.correct_parameters(Behaviour())
    return lambda value: ssm._put_parameter({"Name": "/p", "Type": "String", "Value": value})


@pytest.mark.parametrize("value", ["{{x}}", "a {{ssm:other}} b", "{{}}", "{{\n}}"])
def test_a_value_in_double_braces_is_refused(put: Callable[[str], Any], value: str) -> None:
    status, _, body = put(value)
    assert (status, json.loads(body)) == (
        400,
        {
            "__type": "ValidationException",
            "message": "Parameter value can't nest another parameter. "
            'Do not use "{{}}" in the value.',
        },
    )


@pytest.mark.parametrize("value", ['{"a": {"b": {}}}', "{x}", "}} {{"])
def test_nested_json_is_accepted(put: Callable[[str], Any], value: str) -> None:
    assert put(value)[0] == 200
