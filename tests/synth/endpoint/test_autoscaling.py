"""What scales a real-time endpoint."""

from config.schema.scaling import InvocationScaling, Scaling
from config.schema.settings import load
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import with_serving
from tests.synth.template import Template


def test_it_scales_between_the_bounds_of_the_config(prod: dict[str, Template]) -> None:
    target = prod["sagemaker-sentiment"].only("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (2, 10)
    assert target["resource_id"] == "endpoint/rollforward-prod-sentiment/variant/primary"


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


def test_it_scales_on_requests_if_configured(prod: dict[str, Template]) -> None:
    prod["sagemaker-sentiment"].has(
        "aws_appautoscaling_policy",
        {
            "name": "rollforward-prod-sentiment-invocations",
            "target_tracking_scaling_policy_configuration": {
                "target_value": 600,
                "predefined_metric_specification": {
                    "predefined_metric_type": "SageMakerVariantInvocationsPerInstance"
                },
            },
        },
    )


def test_scaling_on_cpu_can_be_turned_off(synthesize: Synthesize) -> None:
    scaling = Scaling(cpu=None, invocations=InvocationScaling(target_per_minute=60))
    template = synthesize(with_serving(load("dev"), scaling=scaling))["sagemaker-sentiment"]
    assert template.only("aws_appautoscaling_policy")["name"].endswith("-invocations")


def test_a_schedule_changes_the_bounds(prod: dict[str, Template]) -> None:
    prod["sagemaker-sentiment"].has(
        "aws_appautoscaling_scheduled_action",
        {
            "schedule": "cron(0 7 ? * MON-FRI *)",
            "timezone": "Europe/Berlin",
            "scalable_target_action": {"min_capacity": "4", "max_capacity": "10"},
        },
    )


def test_an_apply_keeps_the_bounds_that_a_schedule_has_set(
    stack: Template, prod: dict[str, Template]
) -> None:
    target = prod["sagemaker-sentiment"].only("aws_appautoscaling_target")
    assert target["lifecycle"]["ignore_changes"] == ["min_capacity", "max_capacity"]
    assert "ignore_changes" not in stack.only("aws_appautoscaling_target")["lifecycle"]
