"""The versions that stay deployable, and the names by content."""

import re

import pytest

from config.schema.rollout import Rollback
from config.schema.scaling import Scaling
from config.schema.settings import Environment, load
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import with_serving
from tests.synth.template import Template


def test_the_pointer_is_a_data_source(stack: Template) -> None:
    found = {parameter["name"] for parameter in stack.data("aws_ssm_parameter")}
    assert found == {"/rollforward/dev/sentiment/registered", "/rollforward/dev/sentiment/recent"}
    assert stack.content["locals"]["asked"] == ("${data.aws_ssm_parameter.pointer.insecure_value}")


@pytest.mark.parametrize(
    "resource_type",
    ["aws_sagemaker_endpoint", "aws_appautoscaling_target", "aws_appautoscaling_policy"],
)
def test_without_a_model_there_is_no_endpoint(stack: Template, resource_type: str) -> None:
    assert stack.only(resource_type)["count"] == '${local.asked != "none" ? 1 : 0}'


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
    assert "[local.asked].name}" in endpoint["endpoint_config_name"]


def test_the_state_says_which_configuration_was_asked_for(stack: Template) -> None:
    asked_for = stack.only("aws_sagemaker_endpoint")["endpoint_config_name"]
    output = stack.content["output"]["endpoint_configuration"]["value"]
    assert output == f'${{try({asked_for.removeprefix("${").removesuffix("}")}, "none")}}'


def test_new_content_gives_a_new_configuration_name(synthesize: Synthesize) -> None:
    dev = load("dev")

    def name(environment: Environment) -> str:
        template = synthesize(environment)["sagemaker-sentiment"]
        return str(template.only("aws_sagemaker_endpoint_configuration")["name"])

    assert name(dev) == name(dev)
    assert name(dev) != name(with_serving(dev, instance_type="ml.m5.xlarge"))
    # Settings that only change scaling or alarms must not roll the endpoint.
    assert name(dev) == name(with_serving(dev, scaling=Scaling(cpu=None)))
    assert name(dev) == name(with_serving(dev, rollback=Rollback(latency_p99_ms=1)))


def test_names_are_known_when_planning(stack: Template) -> None:
    for resource_type in ("aws_sagemaker_model", "aws_sagemaker_endpoint_configuration"):
        name = stack.only(resource_type)["name"]
        assert "each." in name
        assert not any(unknown in name for unknown in ("aws_iam_role", ".arn", ".id", ".output"))


@pytest.mark.parametrize(
    "resource_type", ["aws_sagemaker_model", "aws_sagemaker_endpoint_configuration"]
)
def test_names_refer_to_resources_by_expressions(stack: Template, resource_type: str) -> None:
    text = stack.only(resource_type)["name"]
    for reference in re.findall(r"(?:data|aws_sagemaker_model|terraform_data)\.[a-z_0-9]+", text):
        assert f"${{{reference}" in text
