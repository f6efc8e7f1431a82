import json
from typing import Any

import pytest

from tests.synth.template import Template

SAGEMAKER = "arn:aws:sagemaker:us-east-1:123456789012"
BUCKET = "arn:aws:s3:::rollforward-dev-models-123456789012-us-east-1"
PARAMETER = "arn:aws:ssm:us-east-1:123456789012:parameter/rollforward/dev/*"


@pytest.fixture
def stack(dev: dict[str, Template]) -> Template:
    return dev["lambda"]


def statements(template: Template, function: str) -> list[dict[str, Any]]:
    (policy,) = [
        resource["policy"]
        for id_, resource in template.content["resource"]["aws_iam_role_policy"].items()
        if id_.startswith(f"{function}_")
    ]
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def statement(template: Template, function: str, action: str) -> dict[str, Any]:
    matching = [found for found in statements(template, function) if action in found["Action"]]
    assert len(matching) == 1, f"one statement allows {action}, found {matching}"
    return matching[0]


def actions(template: Template, function: str) -> set[str]:
    return {action for found in statements(template, function) for action in found["Action"]}


BOTH = {
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:GetObject",
    "s3:ListBucket",
    "sagemaker:BatchDescribeModelPackage",
    "sagemaker:DescribeEndpoint",
    "sagemaker:DescribeEndpointConfig",
    "sagemaker:DescribeModel",
    "sagemaker:ListModelPackages",
    "sns:Publish",
    "sqs:SendMessage",
    "ssm:GetParameter",
    "ssm:PutParameter",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def test_the_registrar_may_do_nothing_else(prod: dict[str, Template]) -> None:
    assert actions(prod["lambda"], "registrar") == BOTH | {
        "ecr:BatchGetImage",
        "ecr:DescribeImages",
        "s3:AbortMultipartUpload",
        "s3:GetObjectVersion",
        "s3:ListBucketVersions",
        "s3:PutObject",
        "sagemaker:CreateModelPackage",
        "sagemaker:DescribeModelPackage",
    }


def test_the_prover_may_do_nothing_else(prod: dict[str, Template]) -> None:
    assert actions(prod["lambda"], "prover") == BOTH | {
        "cloudwatch:PutMetricData",
        "s3:PutObject",
        "sagemaker:InvokeEndpoint",
        "sagemaker:InvokeEndpointAsync",
        "sagemaker:UpdateModelPackage",
    }


@pytest.mark.parametrize("function", ["registrar", "prover"])
@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("sagemaker:DescribeEndpoint", f"{SAGEMAKER}:endpoint/rollforward-dev-*"),
        ("sagemaker:DescribeEndpointConfig", f"{SAGEMAKER}:endpoint-config/rollforward-dev-*-*"),
        ("sagemaker:DescribeModel", f"{SAGEMAKER}:model/rollforward-dev-*-*"),
        (
            "sagemaker:BatchDescribeModelPackage",
            f"{SAGEMAKER}:model-package/rollforward-dev-*/*",
        ),
        ("sns:Publish", "arn:aws:sns:us-east-1:123456789012:rollforward-dev-notifications"),
    ],
)
def test_the_functions_have_permissions_in_this_environment_only(
    stack: Template, function: str, action: str, resource: str
) -> None:
    assert statement(stack, function, action)["Resource"] == [resource]


def test_the_registrar_reads_deliveries_and_writes_pinned_copies_only(stack: Template) -> None:
    assert statement(stack, "registrar", "s3:GetObjectVersion")["Resource"] == [
        f"{BUCKET}/models/*"
    ]
    assert statement(stack, "registrar", "s3:PutObject")["Resource"] == [f"{BUCKET}/registered/*"]
    assert statement(stack, "registrar", "s3:GetObject")["Resource"] == [
        f"{BUCKET}/registered/*/metrics.json",
        # CreateModelPackage reads the artifact as its caller.
        f"{BUCKET}/registered/*/model.tar.gz",
    ]
    assert "s3:DeleteObject" not in json.dumps(stack.policies())


def test_the_registrar_reads_the_images_of_its_models_and_pulls_none(
    stack: Template, prod: dict[str, Template]
) -> None:
    for template in (stack, prod["lambda"]):
        found = statement(template, "registrar", "ecr:BatchGetImage")
        assert found["Action"] == ["ecr:BatchGetImage", "ecr:DescribeImages"]
        made = template.content["locals"]
        repositories = [name for name in made if name.startswith("repository_")]
        assert found["Resource"] == [f"${{local.{name}}}" for name in repositories]
        assert all("arn:aws:ecr:" in made[name] for name in repositories)


def test_the_registrar_writes_its_own_parameters_only(stack: Template) -> None:
    assert statement(stack, "registrar", "ssm:PutParameter")["Resource"] == [
        f"{PARAMETER}/registered",
        f"{PARAMETER}/recent",
    ]


def test_the_prover_rejects_versions_and_approves_none(stack: Template) -> None:
    update = statement(stack, "prover", "sagemaker:UpdateModelPackage")
    assert update["Resource"] == [f"{SAGEMAKER}:model-package/rollforward-dev-*/*"]
    assert update["Condition"] == {
        "StringEquals": {"sagemaker:ModelApprovalStatus": "Rejected"},
    }


def test_the_prover_invokes_endpoints(stack: Template) -> None:
    endpoint = [f"{SAGEMAKER}:endpoint/rollforward-dev-*"]
    for action in ("sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync"):
        assert statement(stack, "prover", action)["Resource"] == endpoint


def test_the_prover_reads_smoke_requests_and_their_answers_and_no_models(stack: Template) -> None:
    assert statement(stack, "prover", "s3:GetObject")["Resource"] == [
        f"{BUCKET}/registered/*/smoke.json",
        f"{BUCKET}/async/*/answers/*",
        f"{BUCKET}/async/*/failures/*",
    ]


def test_the_prover_writes_requests_and_its_own_parameters_only(stack: Template) -> None:
    assert statement(stack, "prover", "s3:PutObject")["Resource"] == [
        f"{BUCKET}/async/*/requests/*"
    ]
    assert statement(stack, "prover", "ssm:PutParameter")["Resource"] == [
        f"{PARAMETER}/live",
        f"{PARAMETER}/asked-for",
    ]
