"""A roll starts with the current number of instances; that number alone rolls nothing."""

import pytest

from tests.synth.endpoint.samples import configuration
from tests.synth.template import Template


@pytest.fixture
def template(dev: dict[str, Template]) -> Template:
    return dev["sagemaker-sentiment"]


def test_the_current_number_of_instances_is_a_variable(template: Template) -> None:
    memory = template.content["resource"]["terraform_data"]["capacity"]
    assert template.content["variable"]["current_instances"]["default"] == 0
    assert memory["input"] == {"instances": "${max(1, var.current_instances)}"}


def test_a_configuration_keeps_the_number_that_it_was_created_with(template: Template) -> None:
    memory = template.content["resource"]["terraform_data"]["capacity"]
    assert memory["lifecycle"] == {"ignore_changes": ["input"]}
    remembered = "${terraform_data.capacity[each.key].input.instances}"
    (variant,) = configuration(template)["production_variants"]
    assert variant["initial_instance_count"] == remembered
    assert configuration(template)["name"].endswith(f"-{remembered}")


def test_new_content_takes_the_current_number(template: Template) -> None:
    memory = template.content["resource"]["terraform_data"]["capacity"]
    content = memory["triggers_replace"]["content"]
    assert content in configuration(template)["name"]
