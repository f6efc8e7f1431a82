import re
from typing import Any

import pytest

from config import names
from config.schema.rollout import AllAtOnce, Canary, Linear, Rollback, Rolling, Rollout
from config.schema.scaling import InvocationScaling, Scaling
from config.schema.serving import Serverless
from config.schema.settings import Environment, load
from stacks.endpoint.rollout import deployment_config
from tests.synth.conftest import Synthesize
from tests.synth.template import Template

HOUR = 3600


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
    assert name(dev) == name(with_serving(dev, scaling=Scaling(cpu=None)))
    assert name(dev) == name(with_serving(dev, rollback=Rollback(latency_p99_ms=1)))


def test_names_are_known_when_planning(stack: Template) -> None:
    for resource_type in ("aws_sagemaker_model", "aws_sagemaker_endpoint_configuration"):
        name = stack.only(resource_type)["name"]
        assert "each." in name
        assert not any(unknown in name for unknown in ("aws_iam_role", ".arn", ".id", ".output"))


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


def test_it_scales_on_requests_too_if_told_to(prod: dict[str, Template]) -> None:
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


def test_the_clock_moves_the_bounds(prod: dict[str, Template]) -> None:
    prod["sagemaker-sentiment"].has(
        "aws_appautoscaling_scheduled_action",
        {
            "schedule": "cron(0 7 ? * MON-FRI *)",
            "timezone": "Europe/Berlin",
            "scalable_target_action": {"min_capacity": "4", "max_capacity": "10"},
        },
    )


def test_it_need_not_scale_on_cpu(synthesize: Synthesize) -> None:
    scaling = Scaling(cpu=None, invocations=InvocationScaling(target_per_minute=60))
    template = synthesize(with_serving(load("dev"), scaling=scaling))["sagemaker-sentiment"]
    assert template.only("aws_appautoscaling_policy")["name"].endswith("-invocations")


@pytest.mark.parametrize(
    ("rollout", "policy"),
    [
        (
            AllAtOnce(kind="all-at-once", bake_minutes=3),
            {
                "blue_green_update_policy": {
                    "termination_wait_in_seconds": 180,
                    "maximum_execution_timeout_in_seconds": 180 + HOUR,
                    "traffic_routing_configuration": {
                        "type": "ALL_AT_ONCE",
                        "wait_interval_in_seconds": 0,
                    },
                }
            },
        ),
        (
            Canary(kind="canary", percent=10, bake_minutes=10),
            {
                "blue_green_update_policy": {
                    "termination_wait_in_seconds": 600,
                    "maximum_execution_timeout_in_seconds": 2 * 600 + HOUR,
                    "traffic_routing_configuration": {
                        "type": "CANARY",
                        "wait_interval_in_seconds": 600,
                        "canary_size": {"type": "CAPACITY_PERCENT", "value": 10},
                    },
                }
            },
        ),
        (
            Linear(kind="linear", step_percent=25, interval_minutes=2),
            {
                "blue_green_update_policy": {
                    "termination_wait_in_seconds": 120,
                    "maximum_execution_timeout_in_seconds": 4 * 120 + HOUR,
                    "traffic_routing_configuration": {
                        "type": "LINEAR",
                        "wait_interval_in_seconds": 120,
                        "linear_step_size": {"type": "CAPACITY_PERCENT", "value": 25},
                    },
                }
            },
        ),
        (
            Rolling(kind="rolling", batch_percent=20, interval_minutes=1),
            {
                "rolling_update_policy": {
                    "maximum_batch_size": {"type": "CAPACITY_PERCENT", "value": 20},
                    "wait_interval_in_seconds": 60,
                    # Each batch has instances to start.
                    "maximum_execution_timeout_in_seconds": 4 * HOUR,
                }
            },
        ),
    ],
    ids=["all-at-once", "canary", "linear", "rolling"],
)
def test_a_roll_shifts_the_traffic_as_told_and_can_always_be_rolled_back(
    synthesize: Synthesize, rollout: Rollout, policy: dict[str, Any]
) -> None:
    template = synthesize(with_serving(load("dev"), rollout=rollout))["sagemaker-sentiment"]
    alarms = [
        {"alarm_name": f"${{aws_cloudwatch_metric_alarm.{what}[local.asked].alarm_name}}"}
        for what in names.ROLLBACK_ALARMS
    ]
    assert template.only("aws_sagemaker_endpoint")["deployment_config"] == policy | {
        "auto_rollback_configuration": {"alarms": alarms}
    }


@pytest.mark.parametrize(
    "rollout",
    [
        AllAtOnce(kind="all-at-once", bake_minutes=3),
        Canary(kind="canary", percent=1, bake_minutes=22),
        Linear(kind="linear", step_percent=20, interval_minutes=9),
        Rolling(kind="rolling", batch_percent=5, interval_minutes=2),
    ],
    ids=lambda one: one.kind,
)
def test_sagemaker_gives_every_roll_the_time_that_it_needs(rollout: Rollout) -> None:
    config: Any = deployment_config(rollout, ["an-alarm"])
    policy = config.blue_green_update_policy or config.rolling_update_policy
    timeout = policy.maximum_execution_timeout_in_seconds
    assert timeout >= rollout.minutes * 60 + HOUR
    # What Terraform's provider takes; SageMaker itself takes eight hours.
    assert 600 <= timeout <= 4 * HOUR


def test_alarms_of_ones_own_send_a_roll_back_too(synthesize: Synthesize) -> None:
    rollback = Rollback(alarms=["conversion-drops"])
    template = synthesize(with_serving(load("dev"), rollback=rollback))["sagemaker-sentiment"]
    config = template.only("aws_sagemaker_endpoint")["deployment_config"]
    watched = [one["alarm_name"] for one in config["auto_rollback_configuration"]["alarms"]]
    assert watched[len(names.ROLLBACK_ALARMS) :] == ["conversion-drops"]


def test_the_alarms_are_there_before_the_endpoint_rolls(stack: Template) -> None:
    needed = stack.only("aws_sagemaker_endpoint")["depends_on"]
    assert {_alarm(stack, what) for what in names.ROLLBACK_ALARMS} < set(needed)


@pytest.mark.parametrize(("kind", "percent"), [("5xx", 5), ("4xx", 50)])
def test_the_error_alarms_are_a_share_of_the_requests(
    stack: Template, kind: str, percent: int
) -> None:
    alarm = stack.content["resource"]["aws_cloudwatch_metric_alarm"][f"errors-{kind}"]
    assert alarm["threshold"] == percent
    rate, errors = alarm["metric_query"]
    assert (rate["expression"], rate["return_data"]) == ("100 * errors", True)
    assert errors["metric"]["metric_name"] == f"Invocation{kind.upper()}Errors"
    # 1 for each error, 0 for every other request.
    assert errors["metric"]["stat"] == "Average"


@pytest.mark.parametrize("what", names.ROLLBACK_ALARMS)
def test_each_version_has_alarms_of_its_own(stack: Template, what: str) -> None:
    alarm = stack.content["resource"]["aws_cloudwatch_metric_alarm"][what]
    configuration = "${aws_sagemaker_endpoint_configuration.configuration[each.key].name}"
    assert alarm["for_each"] == "${toset(local.versions)}"
    assert alarm["alarm_name"] == f"{configuration}-{what}"
    metric = alarm["metric_query"][-1]["metric"] if "metric_query" in alarm else alarm
    assert metric["dimensions"]["EndpointConfigName"] == configuration


@pytest.mark.parametrize("what", names.ROLLBACK_ALARMS)
def test_missing_data_is_no_alarm(stack: Template, what: str) -> None:
    alarm = stack.content["resource"]["aws_cloudwatch_metric_alarm"][what]
    assert alarm["treat_missing_data"] == "notBreaching"


def test_one_failed_smoke_request_rings_for_five_minutes(stack: Template) -> None:
    alarm = stack.content["resource"]["aws_cloudwatch_metric_alarm"]["smoke"]
    assert (alarm["namespace"], alarm["metric_name"]) == ("Rollforward", "SmokeFailures")
    assert (alarm["statistic"], alarm["threshold"]) == ("Maximum", 0)
    assert alarm["datapoints_to_alarm"] == 1
    assert alarm["period"] * alarm["evaluation_periods"] == 300


def test_the_latency_alarm_is_in_microseconds(prod: dict[str, Template]) -> None:
    alarms = prod["sagemaker-sentiment"].content["resource"]["aws_cloudwatch_metric_alarm"]
    assert alarms["latency"]["threshold"] == 800_000


def test_the_role_may_see_the_alarms_that_send_a_roll_back(synthesize: Synthesize) -> None:
    rollback = Rollback(alarms=["conversion-drops"])
    template = synthesize(with_serving(load("dev"), rollback=rollback))["sagemaker-sentiment"]
    (watch,) = [one for one in template.policies() if "cloudwatch:DescribeAlarms" in one["Action"]]
    alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm"
    assert watch["Resource"] == [
        f"{alarm}:rollforward-dev-sentiment-*",
        f"{alarm}:conversion-drops",
    ]


def test_an_apply_leaves_alone_what_the_clock_has_set(
    stack: Template, prod: dict[str, Template]
) -> None:
    target = prod["sagemaker-sentiment"].only("aws_appautoscaling_target")
    assert target["lifecycle"]["ignore_changes"] == ["min_capacity", "max_capacity"]
    assert "ignore_changes" not in stack.only("aws_appautoscaling_target")["lifecycle"]


def test_startup_volume_and_workers_reach_the_container(synthesize: Synthesize) -> None:
    changed = with_serving(load("dev"), startup_timeout_seconds=900, volume_gb=50, workers=2)
    template = synthesize(changed)["sagemaker-sentiment"]
    (variant,) = template.only("aws_sagemaker_endpoint_configuration")["production_variants"]
    assert variant["container_startup_health_check_timeout_in_seconds"] == 900
    assert variant["volume_size_in_gb"] == 50
    environment = template.only("aws_sagemaker_model")["primary_container"]["environment"]
    assert environment["SAGEMAKER_MODEL_SERVER_WORKERS"] == "2"


@pytest.fixture
def serverless(synthesize: Synthesize) -> Template:
    environment = load("prod")
    model = environment.models["sentiment"]
    serving = Serverless(kind="serverless", memory_mb=2048, max_concurrency=2, workers=1)
    models = {"sentiment": model.model_copy(update={"serving": serving})}
    return synthesize(environment.model_copy(update={"models": models}))["sagemaker-sentiment"]


def test_serverless_has_memory_and_concurrency_instead_of_instances(serverless: Template) -> None:
    configuration = serverless.only("aws_sagemaker_endpoint_configuration")
    (variant,) = configuration["production_variants"]
    assert variant == {
        "variant_name": "primary",
        "model_name": variant["model_name"],
        "initial_variant_weight": 100,
        "serverless_config": {"memory_size_in_mb": 2048, "max_concurrency": 2},
    }
    assert "kms_key_arn" not in configuration


def test_serverless_has_nothing_that_sagemaker_refuses_there(serverless: Template) -> None:
    assert serverless.only("aws_sagemaker_model")["enable_network_isolation"] is False
    assert "deployment_config" not in serverless.only("aws_sagemaker_endpoint")
    for kind in (
        "aws_appautoscaling_target",
        "aws_appautoscaling_policy",
        "aws_cloudwatch_metric_alarm",
    ):
        assert serverless.resources(kind) == []


def test_another_memory_rolls_a_serverless_endpoint(synthesize: Synthesize) -> None:
    def name(memory: int) -> str:
        serving = Serverless(kind="serverless", memory_mb=memory, max_concurrency=2)
        dev = load("dev")
        model = dev.models["sentiment"].model_copy(update={"serving": serving})
        template = synthesize(dev.model_copy(update={"models": {"sentiment": model}}))
        found = template["sagemaker-sentiment"].only("aws_sagemaker_endpoint_configuration")
        return str(found["name"])

    assert name(1024) != name(2048)


def _alarm(template: Template, what: str) -> str:
    (id_,) = [
        id_ for id_ in template.content["resource"]["aws_cloudwatch_metric_alarm"] if id_ == what
    ]
    return f"aws_cloudwatch_metric_alarm.{id_}"


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
    assert local.startswith(
        '${replace("${data.aws_sagemaker_prebuilt_ecr_image.image_1.registry_path}", '
    )


def test_disks_are_encrypted_with_the_key_of_the_config(prod: dict[str, Template]) -> None:
    configuration = prod["sagemaker-sentiment"].only("aws_sagemaker_endpoint_configuration")
    assert configuration["kms_key_arn"].startswith("arn:aws:kms:eu-west-1:210987654321:key/")


@pytest.mark.parametrize(
    "resource_type", ["aws_sagemaker_model", "aws_sagemaker_endpoint_configuration"]
)
def test_names_hold_what_they_refer_to_and_no_text_of_it(
    stack: Template, resource_type: str
) -> None:
    text = stack.only(resource_type)["name"]
    for reference in re.findall(r"(?:data|aws_sagemaker_model|terraform_data)\.[a-z_0-9]+", text):
        assert f"${{{reference}" in text
