"""The action and the resource that IAM authorizes for requests of Terraform's provider."""

import json
from typing import Any

import pytest
from ministack.core import iam_actions

from localcloud.ministack.iam.requests import find_action, find_resource
from localcloud.ministack.wrapping import wrap

ACCOUNT, REGION = "123456789012", "us-east-1"
EVENTS = "AWSEvents."
LOGS = "Logs_20140328."
FUNCTION = "/2019-09-25/functions/worker/event-invoke-config"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/changes"
GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/x"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:notifications"

action = wrap(iam_actions.extract_iam_action, find_action)
resource = wrap(iam_actions.extract_resource_arn, find_resource)


@pytest.mark.parametrize(
    ("method", "expected"),
    [("PUT", "Put"), ("POST", "Update"), ("GET", "Get"), ("DELETE", "Delete")],
)
def test_a_functions_retry_configuration_has_its_own_actions(method: str, expected: str) -> None:
    found = action("lambda", method, FUNCTION, {}, b"{}", {})
    assert found == f"lambda:{expected}FunctionEventInvokeConfig"


@pytest.mark.parametrize(
    ("service", "target", "body", "expected"),
    [
        ("events", f"{EVENTS}PutRule", {"Name": "changes"}, RULE),
        ("events", f"{EVENTS}ListTargetsByRule", {"Rule": "changes"}, RULE),
        ("events", f"{EVENTS}ListTagsForResource", {"ResourceARN": RULE}, RULE),
        (
            "logs",
            f"{LOGS}PutRetentionPolicy",
            {"logGroupName": "/aws/lambda/x"},
            f"{GROUP}:log-stream:",
        ),
        ("logs", f"{LOGS}ListTagsForResource", {"resourceArn": GROUP}, GROUP),
        ("logs", f"{LOGS}DescribeLogGroups", {"logGroupNamePrefix": "/aws/lambda/x"}, "*"),
        (
            "lambda",
            "",
            {"FunctionName": "worker"},
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:worker",
        ),
    ],
)
def test_a_request_names_the_resource_that_aws_authorizes(
    service: str, target: str, body: dict[str, Any], expected: str
) -> None:
    path = "/2015-03-31/functions" if service == "lambda" else "/"
    headers = {"x-amz-target": target}
    found = resource(service, "POST", path, headers, json.dumps(body).encode(), {}, REGION, ACCOUNT)
    assert found == expected


def test_a_request_about_tags_names_its_topic() -> None:
    found = resource("sns", "POST", "/", {}, b"", {"ResourceArn": [TOPIC]}, REGION, ACCOUNT)
    assert found == TOPIC


@pytest.mark.parametrize("body", [b'{"a":' * 20_000, b'{"a":' + b"9" * 5_000 + b"}", b"{no json"])
def test_an_object_that_looks_like_json_is_not_parsed(body: bytes) -> None:
    found = resource("s3", "PUT", "/bucket/metrics.json", {}, body, {}, REGION, ACCOUNT)
    assert found == "arn:aws:s3:::bucket/metrics.json"
