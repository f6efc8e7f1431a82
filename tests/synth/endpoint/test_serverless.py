"""Serverless endpoints."""

import pytest

from config.schema.scaling import ProvisionedConcurrency
from config.schema.serving import Serverless
from config.schema.settings import load
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import configuration, endpoint_stack
from tests.synth.template import Template


@pytest.fixture
def serverless(synthesize: Synthesize) -> Template:
    environment = load("prod")
    model = environment.models["sentiment"]
    serving = Serverless(kind="serverless", memory_mb=2048, max_concurrency=2, workers=1)
    models = {"sentiment": model.model_copy(update={"serving": serving})}
    return synthesize(environment.model_copy(update={"models": models}))["sagemaker-sentiment"]


def test_it_has_memory_and_concurrency_instead_of_instances(serverless: Template) -> None:
    configuration = serverless.only("aws_sagemaker_endpoint_configuration")
    (variant,) = configuration["production_variants"]
    assert variant == {
        "variant_name": "primary",
        "model_name": variant["model_name"],
        "initial_variant_weight": 100,
        "serverless_config": {"memory_size_in_mb": 2048, "max_concurrency": 2},
    }
    assert "kms_key_arn" not in configuration


def test_it_has_nothing_that_sagemaker_refuses(serverless: Template) -> None:
    assert serverless.only("aws_sagemaker_model")["enable_network_isolation"] is False
    assert "deployment_config" not in serverless.only("aws_sagemaker_endpoint")
    for kind in (
        "aws_appautoscaling_target",
        "aws_appautoscaling_policy",
        "aws_cloudwatch_metric_alarm",
    ):
        assert serverless.resources(kind) == []


def test_another_memory_size_is_another_configuration(synthesize: Synthesize) -> None:
    def name(memory: int) -> str:
        serving = Serverless(kind="serverless", memory_mb=memory, max_concurrency=2)
        dev = load("dev")
        model = dev.models["sentiment"].model_copy(update={"serving": serving})
        template = synthesize(dev.model_copy(update={"models": {"sentiment": model}}))
        found = template["sagemaker-sentiment"].only("aws_sagemaker_endpoint_configuration")
        return str(found["name"])

    assert name(1024) != name(2048)


def test_provisioned_concurrency_scales_by_its_use(synthesize: Synthesize) -> None:
    how = Serverless(
        kind="serverless",
        memory_mb=2048,
        max_concurrency=10,
        provisioned=ProvisionedConcurrency(min=2, max=8, target_percent=60),
    )
    template = endpoint_stack(synthesize, how)
    (variant,) = configuration(template)["production_variants"]
    assert variant["serverless_config"] == {
        "memory_size_in_mb": 2048,
        "max_concurrency": 10,
        "provisioned_concurrency": 2,
    }
    target = template.only("aws_appautoscaling_target")
    assert target["scalable_dimension"] == "sagemaker:variant:DesiredProvisionedConcurrency"
    assert (target["min_capacity"], target["max_capacity"]) == (2, 8)
    tracking = template.only("aws_appautoscaling_policy")[
        "target_tracking_scaling_policy_configuration"
    ]
    assert tracking["target_value"] == 0.6
    assert tracking["predefined_metric_specification"] == {
        "predefined_metric_type": "SageMakerVariantProvisionedConcurrencyUtilization"
    }


def test_it_keeps_no_number_of_instances(synthesize: Synthesize) -> None:
    how = Serverless(kind="serverless", memory_mb=1024, max_concurrency=1)
    template = endpoint_stack(synthesize, how)
    assert "variable" not in template.content
    assert "capacity" not in template.content["resource"]["terraform_data"]
