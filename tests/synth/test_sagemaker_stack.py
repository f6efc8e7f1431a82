from typing import Any

import pytest

from config.settings import Environment, load
from tests.synth.conftest import Synthesize
from tests.synth.template import Template


@pytest.fixture
def stack(dev: dict[str, Template]) -> Template:
    return dev["sagemaker-sentiment"]


def with_serving(environment: Environment, **changes: Any) -> Environment:
    model = environment.models["sentiment"]
    serving = model.serving.model_copy(update=changes)
    models = {"sentiment": model.model_copy(update={"serving": serving})}
    return environment.model_copy(update={"models": models})


def test_the_pointer_is_a_data_source(stack: Template) -> None:
    found = {parameter["name"] for parameter in stack.data("aws_ssm_parameter")}
    assert found == {"/rollforward/dev/sentiment/registered", "/rollforward/dev/sentiment/recent"}
    assert stack.content["locals"]["registered"] == (
        "${data.aws_ssm_parameter.pointer.insecure_value}"
    )


@pytest.mark.parametrize(
    "resource_type",
    ["aws_sagemaker_endpoint", "aws_appautoscaling_target", "aws_appautoscaling_policy"],
)
def test_without_a_model_there_is_no_endpoint(stack: Template, resource_type: str) -> None:
    assert stack.only(resource_type)["count"] == '${local.registered != "none" ? 1 : 0}'


@pytest.mark.parametrize(
    "resource_type", ["aws_sagemaker_model", "aws_sagemaker_endpoint_configuration"]
)
def test_recent_versions_stay_and_new_ones_come_first(stack: Template, resource_type: str) -> None:
    resource = stack.only(resource_type)
    assert resource["for_each"] == "${toset(local.versions)}"
    assert resource["lifecycle"] == {"create_before_destroy": True}


def test_the_endpoints_name_never_changes(stack: Template) -> None:
    endpoint = stack.only("aws_sagemaker_endpoint")
    assert endpoint["name"] == "rollforward-dev-sentiment"
    assert "[local.registered].name}" in endpoint["endpoint_config_name"]


def test_the_state_says_which_configuration_was_asked_for(stack: Template) -> None:
    asked_for = stack.only("aws_sagemaker_endpoint")["endpoint_config_name"]
    output = stack.content["output"]["endpoint_configuration"]["value"]
    assert output == f'${{try({asked_for.removeprefix("${").removesuffix("}")}, "none")}}'


def test_a_model_loads_the_pinned_copy_without_a_network(stack: Template) -> None:
    model = stack.only("aws_sagemaker_model")
    bucket = "rollforward-dev-models-123456789012-us-east-1"
    assert model["primary_container"]["model_data_url"] == f"s3://{bucket}/${{each.value}}"
    assert model["enable_network_isolation"] is True


def test_new_content_gives_a_new_configuration_name(synthesize: Synthesize) -> None:
    dev = load("dev")

    def name(environment: Environment) -> str:
        template = synthesize(environment)["sagemaker-sentiment"]
        return str(template.only("aws_sagemaker_endpoint_configuration")["name"])

    assert name(dev) == name(dev)
    assert name(dev) != name(with_serving(dev, instance_type="ml.m5.xlarge"))
    # What only scales the endpoint must not roll it.
    assert name(dev) == name(with_serving(dev, target_cpu_percent=50))


def test_names_are_known_when_planning(stack: Template) -> None:
    name = stack.only("aws_sagemaker_endpoint_configuration")["name"]
    assert "each.value" in name
    assert "aws_iam_role" not in name


def test_it_scales_on_cpu_of_the_whole_instance(stack: Template) -> None:
    policy = stack.only("aws_appautoscaling_policy")
    tracking = policy["target_tracking_scaling_policy_configuration"]
    assert policy["policy_type"] == "TargetTrackingScaling"
    # 70 % of the two vCPUs of an ml.m5.large: the metric sums over them.
    assert tracking["target_value"] == 140
    assert tracking["customized_metric_specification"] == {
        "namespace": "/aws/sagemaker/Endpoints",
        "metric_name": "CPUUtilization",
        "statistic": "Average",
        "unit": "Percent",
        "dimensions": [
            {"name": "EndpointName", "value": "rollforward-dev-sentiment"},
            {"name": "VariantName", "value": "primary"},
        ],
    }


def test_it_scales_between_the_bounds_of_the_config(prod: dict[str, Template]) -> None:
    target = prod["sagemaker-sentiment"].only("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (2, 10)
    assert target["resource_id"] == "endpoint/rollforward-prod-sentiment/variant/primary"


def test_the_container_may_read_its_own_artifacts_only(stack: Template) -> None:
    bucket = "arn:aws:s3:::rollforward-dev-models-123456789012-us-east-1"
    (read,) = [found for found in stack.policies() if found["Action"] == ["s3:GetObject"]]
    assert read["Resource"] == [f"{bucket}/registered/sentiment/*"]


def test_the_container_may_pull_its_own_image_only(prod: dict[str, Template]) -> None:
    template = prod["sagemaker-sentiment"]
    (pull,) = [found for found in template.policies() if "ecr:BatchGetImage" in found["Action"]]
    (local,) = [name for name in template.content["locals"] if "repository" in name]
    assert pull["Resource"] == [f"${{local.{local}}}"]
    assert (
        "210987654321.dkr.ecr.eu-west-1.amazonaws.com/sentiment-serving"
        in (template.content["locals"][local])
    )


def test_the_repository_of_a_container_by_name_is_known_to_terraform(stack: Template) -> None:
    (local,) = [value for name, value in stack.content["locals"].items() if "repository" in name]
    # As an expression: in quotes it would be the text itself.
    assert local.startswith("${replace(data.aws_sagemaker_prebuilt_ecr_image.image.registry_path, ")


def test_disks_are_encrypted_with_the_key_of_the_config(prod: dict[str, Template]) -> None:
    configuration = prod["sagemaker-sentiment"].only("aws_sagemaker_endpoint_configuration")
    assert configuration["kms_key_arn"].startswith("arn:aws:kms:eu-west-1:210987654321:key/")
