import json
from typing import Any

import pytest

from tests.synth.template import Template


@pytest.fixture
def stack(dev: dict[str, Template]) -> Template:
    return dev["lambda"]


@pytest.fixture
def registrar(stack: Template) -> dict[str, Any]:
    return stack.has("aws_lambda_function", {"function_name": "rollforward-dev-registrar"})


@pytest.fixture
def prover(stack: Template) -> dict[str, Any]:
    return stack.has("aws_lambda_function", {"function_name": "rollforward-dev-prover"})


@pytest.fixture
def topic_arn(stack: Template) -> str:
    (topic,) = stack.content["resource"]["aws_sns_topic"]
    return f"${{aws_sns_topic.{topic}.arn}}"


def of_sentiment(template: Template, resource_type: str, id_: str) -> dict[str, Any]:
    """What Terraform makes of a resource that it repeats for each model; expressions stay."""
    resource = template.content["resource"][resource_type][id_]
    assert resource["for_each"] == "${local.models}"
    text = json.dumps(resource).replace("${each.key}", "sentiment")
    for key, value in template.content["locals"]["models"]["sentiment"].items():
        text = text.replace(f"${{each.value.{key}}}", str(value))
    resolved: dict[str, Any] = json.loads(text)
    return resolved


def of_rule(template: Template, resource_type: str, rule: str) -> list[dict[str, Any]]:
    found = template.content["resource"][resource_type]
    return [resource for id_, resource in found.items() if id_.startswith(f"{rule}_")]


def event_pattern(template: Template, rule: str) -> dict[str, Any]:
    found = template.has("aws_cloudwatch_event_rule", {"name": f"rollforward-dev-{rule}"})
    pattern: dict[str, Any] = json.loads(found["event_pattern"])
    return pattern


def test_the_functions_run_on_arm_and_are_traced(
    registrar: dict[str, Any], prover: dict[str, Any]
) -> None:
    for function in (registrar, prover):
        assert function["runtime"] == "python3.13"
        assert function["architectures"] == ["arm64"]
        assert function["tracing_config"] == {"mode": "Active"}
    assert (registrar["memory_size"], registrar["timeout"]) == (1024, 900)
    assert (prover["memory_size"], prover["timeout"]) == (512, 900)


def test_the_functions_are_two_parts_of_one_package(
    registrar: dict[str, Any], prover: dict[str, Any]
) -> None:
    assert registrar["handler"] == "lambda_src.register_model.handler.handler"
    assert prover["handler"] == "lambda_src.prove_model.handler.handler"
    assert registrar["filename"] == prover["filename"]


def test_the_registrar_reads_names_from_its_environment(
    registrar: dict[str, Any], topic_arn: str
) -> None:
    assert registrar["environment"]["variables"] == {
        "POINTER_PARAMETER": "/rollforward/dev/{model}/registered",
        "RECENT_PARAMETER": "/rollforward/dev/{model}/recent",
        "SETTINGS_PARAMETER": "/rollforward/dev/{model}/settings",
        "PACKAGE_GROUP": "rollforward-dev-{model}",
        "ENDPOINT": "rollforward-dev-{model}",
        "MODEL_BUCKET": "rollforward-dev-models-123456789012-us-east-1",
        "TOPIC_ARN": topic_arn,
        "POWERTOOLS_SERVICE_NAME": "registrar",
        "POWERTOOLS_METRICS_NAMESPACE": "Rollforward",
    }


def test_the_prover_reads_names_from_its_environment(
    prover: dict[str, Any], topic_arn: str
) -> None:
    assert prover["environment"]["variables"] == {
        "ENDPOINT": "rollforward-dev-{model}",
        "PACKAGE_GROUP": "rollforward-dev-{model}",
        "LIVE_PARAMETER": "/rollforward/dev/{model}/live",
        "ASKED_PARAMETER": "/rollforward/dev/{model}/asked-for",
        "REQUESTS_PREFIX": "async/{model}/requests/",
        "MODEL_BUCKET": "rollforward-dev-models-123456789012-us-east-1",
        "TOPIC_ARN": topic_arn,
        "SMOKE_METRIC": "SmokeFailures",
        "POWERTOOLS_SERVICE_NAME": "prover",
        "POWERTOOLS_METRICS_NAMESPACE": "Rollforward",
    }


def test_new_code_changes_the_functions(registrar: dict[str, Any], prover: dict[str, Any]) -> None:
    for function in (registrar, prover):
        assert function["source_code_hash"] == f'${{filebase64sha256("{function["filename"]}")}}'


@pytest.mark.parametrize("function", ["registrar", "prover"])
def test_logs_have_a_group_of_their_own_with_retention(stack: Template, function: str) -> None:
    stack.has(
        "aws_cloudwatch_log_group",
        {"name": f"/aws/lambda/rollforward-dev-{function}", "retention_in_days": 7},
    )


def test_events_are_retried_then_dead_lettered_encrypted(stack: Template) -> None:
    retries = stack.resources("aws_lambda_function_event_invoke_config")
    assert [found["maximum_retry_attempts"] for found in retries] == [2, 2]
    queue = stack.only("aws_sqs_queue")
    assert queue["name"] == "rollforward-dev-registrar-dead-letters"
    assert queue["sqs_managed_sse_enabled"] is True
    for function in stack.resources("aws_lambda_function"):
        assert function["dead_letter_config"]["target_arn"] == "${aws_sqs_queue.dead_letters.arn}"


def test_dead_letters_are_encrypted_with_the_key_of_the_config(prod: dict[str, Template]) -> None:
    queue = prod["lambda"].only("aws_sqs_queue")
    assert queue["kms_master_key_id"].startswith("arn:aws:kms:eu-west-1:210987654321:key/")
    assert "sqs_managed_sse_enabled" not in queue


@pytest.mark.parametrize(
    ("id_", "leaf"), [("pointer", "registered"), ("recent", "recent"), ("live", "live")]
)
def test_terraform_creates_the_parameters_and_then_ignores_their_values(
    stack: Template, id_: str, leaf: str
) -> None:
    parameter = of_sentiment(stack, "aws_ssm_parameter", id_)
    assert parameter["name"] == f"/rollforward/dev/sentiment/{leaf}"
    assert parameter["type"] == "String"
    assert parameter["insecure_value"] == "none"
    assert set(parameter["lifecycle"]["ignore_changes"]) == {"insecure_value", "value"}


def test_the_settings_hold_the_image_that_terraform_looks_up(stack: Template) -> None:
    container = "huggingface-pytorch-inference:2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04"
    assert stack.content["locals"]["models"]["sentiment"]["image"] == (
        f'${{data.aws_sagemaker_prebuilt_ecr_image.container["{container}"].registry_path}}'
    )
    (lookup,) = stack.data("aws_sagemaker_prebuilt_ecr_image")
    repository, tag = container.split(":")
    assert lookup["for_each"] == {container: {"repository": repository, "tag": tag}}


def test_the_settings_hold_an_image_uri_unchanged(prod: dict[str, Template]) -> None:
    model = prod["lambda"].content["locals"]["models"]["sentiment"]
    assert model["image"].startswith("210987654321.dkr.ecr.eu-west-1.amazonaws.com/")


def test_the_settings_are_created_after_the_other_resources_of_a_model(stack: Template) -> None:
    assert set(of_sentiment(stack, "aws_ssm_parameter", "settings")["depends_on"]) == {
        "aws_sagemaker_model_package_group.versions",
        "aws_ssm_parameter.pointer",
        "aws_ssm_parameter.recent",
        "aws_ssm_parameter.live",
        "aws_ssm_parameter.asked_for",
    }


def test_each_model_has_a_package_group(stack: Template) -> None:
    group = of_sentiment(stack, "aws_sagemaker_model_package_group", "versions")
    assert group["model_package_group_name"] == "rollforward-dev-sentiment"


def test_every_approval_reaches_the_registrar(stack: Template) -> None:
    assert event_pattern(stack, "approvals") == {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {"ModelPackageGroupName": [{"prefix": "rollforward-dev-"}]},
    }


def test_an_endpoint_that_settles_reaches_the_prover(stack: Template) -> None:
    assert event_pattern(stack, "endpoints") == {
        "source": ["aws.sagemaker"],
        "detail-type": [
            "SageMaker Endpoint State Change",
            "SageMaker Endpoint Deployment State Change",
        ],
        "detail": {
            "EndpointName": [{"prefix": "rollforward-dev-"}],
            "EndpointStatus": ["UPDATING", "IN_SERVICE", "FAILED", "UPDATE_ROLLBACK_FAILED"],
        },
    }


@pytest.mark.parametrize(
    ("rule", "function"), [("approvals", "registrar"), ("endpoints", "prover")]
)
def test_only_the_rule_may_invoke_its_function(stack: Template, rule: str, function: str) -> None:
    (target,) = of_rule(stack, "aws_cloudwatch_event_target", rule)
    (permission,) = of_rule(stack, "aws_lambda_permission", rule)
    assert target["arn"].startswith(f"${{aws_lambda_function.{function}_function_")
    assert permission["principal"] == "events.amazonaws.com"
    assert permission["function_name"].startswith(f"${{aws_lambda_function.{function}_function_")
    assert permission["source_arn"].startswith(f"${{aws_cloudwatch_event_rule.{rule}_rule_")
