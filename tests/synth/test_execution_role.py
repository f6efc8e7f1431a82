"""What a container without network isolation can do with the execution role, whose credentials it holds."""

import json
from typing import Any

import pytest

from config.schema.settings import load
from tests.synth.conftest import Synthesize
from tests.synth.template import Template


def allowed(stack: Template, action: str) -> dict[str, Any]:
    (policy,) = stack.resources("aws_iam_role_policy")
    statements = json.loads(policy["policy"])["Statement"]
    (found,) = (statement for statement in statements if action in statement["Action"])
    return dict(found)


def via(stack: Template) -> list[str]:
    services = allowed(stack, "kms:Decrypt")["Condition"]["StringEquals"]["kms:ViaService"]
    return list(services)


@pytest.mark.parametrize(
    ("model", "services"),
    [
        ("sentiment", ["s3.eu-west-1.amazonaws.com"]),
        ("greetings", ["s3.eu-west-1.amazonaws.com"]),
        ("documents", ["s3.eu-west-1.amazonaws.com", "sns.eu-west-1.amazonaws.com"]),
    ],
)
def test_the_key_is_used_through_the_services_that_an_endpoint_needs(
    prod: dict[str, Template], model: str, services: list[str]
) -> None:
    assert via(prod[f"sagemaker-{model}"]) == services


def test_no_role_uses_the_key_directly(prod: dict[str, Template]) -> None:
    for template in prod.values():
        for statement in template.policies():
            if any(action.startswith("kms:") for action in statement["Action"]):
                assert "kms:ViaService" in statement["Condition"]["StringEquals"]


def test_sagemaker_assumes_the_role_for_this_account_and_region_only(
    dev: dict[str, Template],
) -> None:
    trust = json.loads(dev["sagemaker-sentiment"].only("aws_iam_role")["assume_role_policy"])
    (statement,) = trust["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    # AWS's page: "The ARN must be in the format provided above."
    assert statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:us-east-1:123456789012:*"}
    }


def test_metrics_go_to_the_namespace_of_endpoints_only(dev: dict[str, Template]) -> None:
    put = allowed(dev["sagemaker-sentiment"], "cloudwatch:PutMetricData")
    assert put["Condition"] == {
        "StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}
    }


def test_the_role_may_create_the_log_group_of_its_endpoint_only(dev: dict[str, Template]) -> None:
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/Endpoints"
    create = allowed(dev["sagemaker-sentiment"], "logs:CreateLogGroup")
    assert create["Resource"] == [f"{group}/rollforward-dev-sentiment:*"]


def test_terraform_creates_the_log_group_before_the_endpoint_does(dev: dict[str, Template]) -> None:
    stack = dev["sagemaker-sentiment"]
    assert stack.only("aws_iam_role_policy")["depends_on"] == ["aws_cloudwatch_log_group.logs"]
    assert any(
        needed.startswith("aws_iam_role_policy.")
        for needed in stack.only("aws_sagemaker_model")["depends_on"]
    )


def test_the_role_has_no_list_actions(any_environment: dict[str, Template]) -> None:
    for part, template in any_environment.items():
        if part.startswith("sagemaker-"):
            assert "s3:ListBucket" not in template.text


@pytest.mark.parametrize(
    ("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")]
)
def test_every_arn_is_of_the_regions_partition(
    synthesize: Synthesize, region: str, partition: str
) -> None:
    prod = load("prod")
    key = f"arn:{partition}:kms:{region}:210987654321:key/1c8ad9e2-6f0b-4c1e-9d53-0f6a2f1f7c10"
    stacks = synthesize(prod.model_copy(update={"region": region, "kms_key_arn": key}))
    for template in stacks.values():
        assert "arn:aws:" not in template.text
        assert f"arn:{partition}:" in template.text


def test_the_key_is_used_through_the_services_of_china(synthesize: Synthesize) -> None:
    stacks = synthesize(load("prod").model_copy(update={"region": "cn-north-1"}))
    assert via(stacks["sagemaker-sentiment"]) == [
        "s3.cn-north-1.amazonaws.com",
        "s3.cn-north-1.amazonaws.com.cn",
    ]
