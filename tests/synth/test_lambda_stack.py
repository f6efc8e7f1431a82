import json
from typing import Any

import pytest

from tests.synth.template import Template


@pytest.fixture
def stack(dev: dict[str, Template]) -> Template:
    return dev["lambda"]


def statement(template: Template, action: str) -> dict[str, Any]:
    matching = [found for found in template.policies() if action in found["Action"]]
    assert len(matching) == 1, f"one statement allows {action}, found {matching}"
    return matching[0]


def of_sentiment(template: Template, resource_type: str, id_: str) -> dict[str, Any]:
    """What Terraform makes of a resource that it repeats for each model; expressions stay."""
    resource = template.content["resource"][resource_type][id_]
    assert resource["for_each"] == "${local.models}"
    text = json.dumps(resource).replace("${each.key}", "sentiment")
    for key, value in template.content["locals"]["models"]["sentiment"].items():
        text = text.replace(f"${{each.value.{key}}}", str(value))
    resolved: dict[str, Any] = json.loads(text)
    return resolved


def test_the_registrar_runs_on_arm_and_is_traced(stack: Template) -> None:
    stack.has(
        "aws_lambda_function",
        {
            "function_name": "rollforward-dev-registrar",
            "runtime": "python3.13",
            "architectures": ["arm64"],
            "handler": "handler.handler",
            "tracing_config": {"mode": "Active"},
            "memory_size": 1024,
            "timeout": 900,
        },
    )


def test_the_registrar_reads_parameter_names_from_its_environment(stack: Template) -> None:
    assert stack.only("aws_lambda_function")["environment"]["variables"] == {
        "POINTER_PARAMETER": "/rollforward/dev/{model}/registered",
        "RECENT_PARAMETER": "/rollforward/dev/{model}/recent",
        "SETTINGS_PARAMETER": "/rollforward/dev/{model}/settings",
        "PACKAGE_GROUP": "rollforward-dev-{model}",
        "MODEL_BUCKET": "rollforward-dev-models-123456789012-us-east-1",
        "POWERTOOLS_SERVICE_NAME": "registrar",
        "POWERTOOLS_METRICS_NAMESPACE": "Rollforward",
    }


def test_new_code_changes_the_function(stack: Template) -> None:
    function = stack.only("aws_lambda_function")
    assert function["source_code_hash"] == f'${{filebase64sha256("{function["filename"]}")}}'


def test_logs_have_a_group_of_their_own_with_retention(stack: Template) -> None:
    stack.has(
        "aws_cloudwatch_log_group",
        {"name": "/aws/lambda/rollforward-dev-registrar", "retention_in_days": 7},
    )


def test_events_are_retried_then_dead_lettered_encrypted(stack: Template) -> None:
    stack.has("aws_lambda_function_event_invoke_config", {"maximum_retry_attempts": 2})
    queue = stack.only("aws_sqs_queue")
    assert queue["name"] == "rollforward-dev-registrar-dead-letters"
    assert queue["sqs_managed_sse_enabled"] is True
    target = stack.only("aws_lambda_function")["dead_letter_config"]["target_arn"]
    assert target == "${aws_sqs_queue.dead_letters.arn}"


def test_dead_letters_are_encrypted_with_the_key_of_the_config(prod: dict[str, Template]) -> None:
    queue = prod["lambda"].only("aws_sqs_queue")
    assert queue["kms_master_key_id"].startswith("arn:aws:kms:eu-west-1:210987654321:key/")
    assert "sqs_managed_sse_enabled" not in queue


@pytest.mark.parametrize(("id_", "leaf"), [("pointer", "registered"), ("recent", "recent")])
def test_pointers_are_born_as_none_and_then_the_registrars(
    stack: Template, id_: str, leaf: str
) -> None:
    parameter = of_sentiment(stack, "aws_ssm_parameter", id_)
    assert parameter["name"] == f"/rollforward/dev/sentiment/{leaf}"
    assert parameter["type"] == "String"
    assert parameter["insecure_value"] == "none"
    assert set(parameter["lifecycle"]["ignore_changes"]) == {"insecure_value", "value"}


def test_the_registrar_is_told_the_image_and_how_many_versions_to_keep(stack: Template) -> None:
    parameter = of_sentiment(stack, "aws_ssm_parameter", "settings")
    assert parameter["name"] == "/rollforward/dev/sentiment/settings"
    assert parameter["insecure_value"] == (
        "${jsonencode({image = each.value.image, keep_versions = each.value.keep_versions})}"
    )
    model = stack.content["locals"]["models"]["sentiment"]
    assert model["keep_versions"] == 5
    container = "huggingface-pytorch-inference:2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04"
    assert model["image"] == (
        f'${{data.aws_sagemaker_prebuilt_ecr_image.container["{container}"].registry_path}}'
    )
    (lookup,) = stack.data("aws_sagemaker_prebuilt_ecr_image")
    repository, tag = container.split(":")
    assert lookup["for_each"] == {container: {"repository": repository, "tag": tag}}


def test_the_registrar_is_told_an_explicit_image_as_it_is(prod: dict[str, Template]) -> None:
    model = prod["lambda"].content["locals"]["models"]["sentiment"]
    assert model["image"].startswith("210987654321.dkr.ecr.eu-west-1.amazonaws.com/")


def test_a_model_is_known_only_when_all_of_it_stands(stack: Template) -> None:
    assert set(of_sentiment(stack, "aws_ssm_parameter", "settings")["depends_on"]) == {
        "aws_sagemaker_model_package_group.versions",
        "aws_ssm_parameter.pointer",
        "aws_ssm_parameter.recent",
    }


def test_each_model_has_a_package_group(stack: Template) -> None:
    group = of_sentiment(stack, "aws_sagemaker_model_package_group", "versions")
    assert group["model_package_group_name"] == "rollforward-dev-sentiment"


def test_the_registrar_reads_deliveries_and_writes_pinned_copies_only(stack: Template) -> None:
    bucket = "arn:aws:s3:::rollforward-dev-models-123456789012-us-east-1"
    assert statement(stack, "s3:GetObjectVersion")["Resource"] == [f"{bucket}/models/*"]
    assert statement(stack, "s3:PutObject")["Resource"] == [f"{bucket}/registered/*"]
    assert "s3:DeleteObject" not in json.dumps(stack.policies())


def test_the_registrar_writes_its_own_parameters_only(stack: Template) -> None:
    prefix = "arn:aws:ssm:us-east-1:123456789012:parameter/rollforward/dev/*"
    assert statement(stack, "ssm:PutParameter")["Resource"] == [
        f"{prefix}/registered",
        f"{prefix}/recent",
    ]


def test_the_registrar_puts_metrics_in_its_namespace_only(stack: Template) -> None:
    condition = statement(stack, "cloudwatch:PutMetricData")["Condition"]
    assert condition == {"StringEquals": {"cloudwatch:namespace": "Rollforward"}}


def test_an_approval_by_anybody_reaches_the_registrar(stack: Template) -> None:
    rule = stack.only("aws_cloudwatch_event_rule")
    assert json.loads(rule["event_pattern"]) == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [{"prefix": "rollforward-dev-"}]},
    }
    permission = stack.only("aws_lambda_permission")
    assert permission["principal"] == "events.amazonaws.com"
    assert permission["source_arn"].startswith("${aws_cloudwatch_event_rule.")
    assert "aws_lambda_function." in stack.only("aws_cloudwatch_event_target")["arn"]
