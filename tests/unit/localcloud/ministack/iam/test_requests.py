"""The resource and the condition keys that IAM authorizes for CloudWatch's requests."""

import json
from collections.abc import Iterator

import pytest
from ministack.core import iam_actions

from localcloud.ministack.iam import requests

ACCOUNT, REGION = "123456789012", "us-east-1"


@pytest.fixture(autouse=True)
def _correct(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        for name in ("extract_resource_arn", "request_tag_context"):
            patch.setattr(iam_actions, name, getattr(iam_actions, name))
        requests.correct_requests()
        yield


def resource(body: bytes) -> str:
    found: str = iam_actions.extract_resource_arn(
        "monitoring", "POST", "/", {}, body, {}, REGION, ACCOUNT
    )
    return found


def namespace(body: bytes) -> str:
    context = iam_actions.request_tag_context("monitoring", "cloudwatch:PutMetricData", body, {})
    found: str = context["cloudwatch:namespace"]
    return found


def test_describe_alarms_names_its_alarm_and_put_metric_data_its_namespace() -> None:
    body = json.dumps({"AlarmNames": ["smoke"], "Namespace": "Requests"}).encode()
    assert resource(body) == f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:smoke"
    assert namespace(body) == "Requests"


def test_a_body_that_is_not_valid_json_names_no_alarm() -> None:
    assert resource(b"{no json") == "*"


@pytest.mark.parametrize(
    "body",
    [b"{no json", b'{"a":' + b"9" * 5_000 + b"}", b'{"a":' * 20_000],
    ids=["no json", "long number", "deep"],
)
def test_a_body_that_python_does_not_parse_names_no_namespace(body: bytes) -> None:
    assert namespace(body) == ""
