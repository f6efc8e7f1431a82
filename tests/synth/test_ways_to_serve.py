"""Every way to serve, on the fields that AWS requires."""

from typing import Any

import pytest

from config.outputs import SAGEMAKER_ROLLED_BACK
from config.schema.image import DeepLearningContainer
from config.schema.scaling import Instances, InstancesOrNone, ProvisionedConcurrency
from config.schema.serving import Async, Capture, Network, RealTime, Serverless, Serving
from config.schema.settings import Model, load
from config.schema.source import Hub, Pinned, Source
from config.schema.variants import Shadow, Variant
from tests.synth.conftest import Synthesize
from tests.synth.template import Resource, Template

BUCKET = "rollforward-prod-models-210987654321-eu-west-1"
KEY = load("prod").kms_key_arn
PINNED = Pinned(key="registered/sentiment/20260131T120000Z-v1-00000000/model.tar.gz")
HUB = Hub(hub="distilbert/tiny", revision="0" * 40, task="text-classification")
HUGGINGFACE = DeepLearningContainer(
    repository="huggingface-pytorch-inference",
    tag="2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04",
)
REAL_TIME = RealTime(
    kind="realtime", instance_type="ml.m5.large", instances=Instances(min=2, max=4)
)
ASYNC = Async(kind="async", instance_type="ml.m5.large", instances=InstancesOrNone(min=0, max=3))


def serving(
    synthesize: Synthesize, how: Serving, source: Source = "registered", image: Any = None
) -> Template:
    """The endpoint's stack of a model in production, where there is a KMS key."""
    return _all(synthesize, how, source, image)["sagemaker-sentiment"]


def _all(
    synthesize: Synthesize, how: Serving, source: Source = "registered", image: Any = None
) -> dict[str, Template]:
    prod = load("prod")
    changes = {"serving": how, "source": source, "image": image}
    model = prod.models["sentiment"].model_copy(
        update={name: value for name, value in changes.items() if value is not None}
    )
    return synthesize(prod.model_copy(update={"models": {"sentiment": _checked(model)}}))


def _checked(model: Model) -> Model:
    """As the settings check it: a test of what they refuse would prove nothing."""
    return Model.model_validate(model.model_dump())


def configuration(template: Template) -> Resource:
    return template.only("aws_sagemaker_endpoint_configuration")


class TestAsync:
    def test_answers_and_failures_go_to_the_model_bucket_encrypted(
        self, synthesize: Synthesize
    ) -> None:
        config = configuration(serving(synthesize, ASYNC))["async_inference_config"]
        assert config == {
            "output_config": {
                "s3_output_path": f"s3://{BUCKET}/async/sentiment/answers/",
                "s3_failure_path": f"s3://{BUCKET}/async/sentiment/failures/",
                "kms_key_id": KEY,
            }
        }

    def test_concurrency_and_topics_are_told_if_there_are_any(self, synthesize: Synthesize) -> None:
        how = ASYNC.model_copy(update={"concurrent_invocations": 4, "notify": ["success", "error"]})
        template = serving(synthesize, how)
        config = configuration(template)["async_inference_config"]
        assert config["client_config"] == {"max_concurrent_invocations_per_instance": 4}
        topic = "arn:aws:sns:eu-west-1:210987654321:rollforward-prod-sentiment"
        assert config["output_config"]["notification_config"] == {
            "success_topic": f"{topic}-success",
            "error_topic": f"{topic}-error",
        }
        assert {one["name"] for one in template.resources("aws_sns_topic")} == {
            "rollforward-prod-sentiment-success",
            "rollforward-prod-sentiment-error",
        }
        (publish,) = [
            one
            for one in template.policies()
            if one["Action"] == ["sns:Publish"] and one["Effect"] == "Allow"
        ]
        assert publish["Resource"] == [f"{topic}-success", f"{topic}-error"]

    def test_it_scales_on_the_backlog_of_the_endpoint(self, synthesize: Synthesize) -> None:
        policy = serving(synthesize, ASYNC).has(
            "aws_appautoscaling_policy", {"policy_type": "TargetTrackingScaling"}
        )
        metric = policy["target_tracking_scaling_policy_configuration"]
        assert metric["target_value"] == 5
        assert metric["customized_metric_specification"] == {
            "namespace": "AWS/SageMaker",
            "metric_name": "ApproximateBacklogSizePerInstance",
            "statistic": "Average",
            # SageMaker publishes it for the endpoint alone: with a variant there is no data.
            "dimensions": [{"name": "EndpointName", "value": "rollforward-prod-sentiment"}],
        }

    def test_it_falls_asleep_and_is_woken_up(self, synthesize: Synthesize) -> None:
        template = serving(synthesize, ASYNC)
        target = template.only("aws_appautoscaling_target")
        assert (target["min_capacity"], target["max_capacity"]) == (0, 3)
        step = template.has("aws_appautoscaling_policy", {"policy_type": "StepScaling"})
        assert step["step_scaling_policy_configuration"]["step_adjustment"] == [
            {"metric_interval_lower_bound": "0", "scaling_adjustment": 1}
        ]
        alarm = template.has(
            "aws_cloudwatch_metric_alarm",
            {"namespace": "AWS/SageMaker", "metric_name": "HasBacklogWithoutCapacity"},
        )
        assert alarm["dimensions"] == {"EndpointName": "rollforward-prod-sentiment"}
        (action,) = alarm["alarm_actions"]
        assert action.startswith("${aws_appautoscaling_policy.async_scaling_wake_up_policy")
        # None at all can not be created.
        assert template.content["resource"]["terraform_data"]["capacity"]["input"] == {
            "instances": "${max(1, var.current_instances)}"
        }

    def test_one_that_never_sleeps_needs_no_waking(self, synthesize: Synthesize) -> None:
        how = ASYNC.model_copy(update={"instances": InstancesOrNone(min=1, max=3)})
        assert len(serving(synthesize, how).resources("aws_appautoscaling_policy")) == 1

    def test_its_rolls_can_be_rolled_back(self, synthesize: Synthesize) -> None:
        endpoint = serving(synthesize, ASYNC).only("aws_sagemaker_endpoint")
        alarms = endpoint["deployment_config"]["auto_rollback_configuration"]["alarms"]
        assert len(alarms) == 4

    def test_its_role_reads_requests_and_writes_answers(self, synthesize: Synthesize) -> None:
        statements = serving(synthesize, ASYNC).policies()
        (read,) = [one for one in statements if "requests" in str(one.get("Resource"))]
        (write,) = [one for one in statements if "s3:PutObject" in one["Action"]]
        prefix = f"arn:aws:s3:::{BUCKET}/async/sentiment"
        assert (read["Action"], read["Resource"]) == (["s3:GetObject"], [f"{prefix}/requests/*"])
        assert write["Resource"] == [f"{prefix}/answers/*", f"{prefix}/failures/*"]

    def test_its_requests_and_answers_expire(self, synthesize: Synthesize) -> None:
        assert _expires(_all(synthesize, ASYNC)["s3"], "async/sentiment/") == 30


def _expires(bucket: Template, prefix: str) -> int:
    (rule,) = [
        rule
        for rule in bucket.only("aws_s3_bucket_lifecycle_configuration")["rule"]
        if rule["filter"] == [{"prefix": prefix}]
    ]
    assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 1}]
    (expiration,) = rule["expiration"]
    return int(expiration["days"])


class TestServerless:
    def test_provisioned_concurrency_scales_by_its_use(self, synthesize: Synthesize) -> None:
        how = Serverless(
            kind="serverless",
            memory_mb=2048,
            max_concurrency=10,
            provisioned=ProvisionedConcurrency(min=2, max=8, target_percent=60),
        )
        template = serving(synthesize, how)
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

    def test_it_has_no_capacity_to_keep(self, synthesize: Synthesize) -> None:
        how = Serverless(kind="serverless", memory_mb=1024, max_concurrency=1)
        template = serving(synthesize, how)
        assert "variable" not in template.content
        assert "capacity" not in template.content["resource"]["terraform_data"]


CHALLENGER = Variant(traffic_percent=10, source=PINNED, instances=2, instance_type="ml.c5.large")


class TestVariants:
    @pytest.fixture
    def template(self, synthesize: Synthesize) -> Template:
        twin = Variant(traffic_percent=5)
        how = REAL_TIME.model_copy(update={"variants": {"challenger": CHALLENGER, "twin-2": twin}})
        return serving(synthesize, how)

    def test_each_has_its_own_instances_and_a_share_that_one_variable_moves(
        self, template: Template
    ) -> None:
        primary, challenger, twin = configuration(template)["production_variants"]
        assert challenger["instance_type"] == "ml.c5.large"
        assert challenger["initial_instance_count"] == 2
        assert twin["instance_type"] == "ml.m5.large"
        shares = [one["initial_variant_weight"] for one in (primary, challenger, twin)]
        assert shares == [
            "${100 - var.challenger_percent - var.twin_2_percent}",
            "${var.challenger_percent}",
            "${var.twin_2_percent}",
        ]
        variables = template.content["variable"]
        assert variables["challenger_percent"]["default"] == 10
        assert variables["twin_2_percent"]["default"] == 5

    def test_another_share_is_another_configuration(self, template: Template) -> None:
        assert "${var.challenger_percent}" in configuration(template)["name"]

    def test_another_number_of_its_instances_is_another_configuration(
        self, synthesize: Synthesize, template: Template
    ) -> None:
        more = CHALLENGER.model_copy(update={"instances": 3})
        twin = Variant(traffic_percent=5)
        how = REAL_TIME.model_copy(update={"variants": {"challenger": more, "twin-2": twin}})
        assert configuration(serving(synthesize, how))["name"] != configuration(template)["name"]

    def test_one_that_follows_the_pointer_has_a_model_for_each_version(
        self, template: Template
    ) -> None:
        models = {one["name"]: one["for_each"] for one in template.resources("aws_sagemaker_model")}
        versions = "${toset(local.versions)}"
        assert sorted(models.values()) == [f'${{toset(["{PINNED.key}"])}}', versions, versions]

    def test_the_role_reads_the_pinned_copy_too(self, template: Template) -> None:
        (read,) = [one for one in template.policies() if one["Action"] == ["s3:GetObject"]]
        assert read["Resource"][1:] == [f"arn:aws:s3:::{BUCKET}/{PINNED.key}"]

    def test_only_the_primary_one_scales_and_sends_a_roll_back(self, template: Template) -> None:
        target = template.only("aws_appautoscaling_target")
        assert target["resource_id"].endswith("/variant/primary")


def test_a_shadow_gets_a_copy_of_its_share(synthesize: Synthesize) -> None:
    how = REAL_TIME.model_copy(update={"shadow": Shadow(sampling_percent=20, source=PINNED)})
    template = serving(synthesize, how)
    (primary,) = configuration(template)["production_variants"]
    (shadow,) = configuration(template)["shadow_production_variants"]
    assert primary["initial_variant_weight"] == 100
    assert shadow["variant_name"] == "shadow"
    assert shadow["initial_variant_weight"] == "${var.shadow_percent}"
    assert template.content["variable"]["shadow_percent"]["default"] == 20


class TestSources:
    def test_a_pinned_copy_needs_no_pointer(self, synthesize: Synthesize) -> None:
        template = serving(synthesize, REAL_TIME, PINNED)
        assert template.data("aws_ssm_parameter") == []
        assert template.content["locals"]["asked"] == PINNED.key
        assert "deliver_to" not in template.content["output"]
        model = template.only("aws_sagemaker_model")
        assert model["for_each"] == f'${{toset(["{PINNED.key}"])}}'
        assert model["primary_container"]["model_data_url"] == f"s3://{BUCKET}/${{each.value}}"

    def test_a_model_of_the_hub_is_named_at_its_revision(self, synthesize: Synthesize) -> None:
        how = REAL_TIME.model_copy(update={"isolated": False})
        model = serving(synthesize, how, HUB, HUGGINGFACE).only("aws_sagemaker_model")
        assert model["enable_network_isolation"] is False
        assert "model_data_url" not in model["primary_container"]
        assert model["primary_container"]["environment"] == {
            "HF_MODEL_ID": "distilbert/tiny",
            "HF_MODEL_REVISION": "0" * 40,
            "HF_TASK": "text-classification",
        }

    def test_another_revision_is_another_model(self, synthesize: Synthesize) -> None:
        how = REAL_TIME.model_copy(update={"isolated": False})

        def name(revision: str) -> str:
            hub = HUB.model_copy(update={"revision": revision * 40})
            model = serving(synthesize, how, hub, HUGGINGFACE).only("aws_sagemaker_model")
            return str(model["name"])

        assert name("0") != name("1")

    def test_a_token_is_named_never_held(self, synthesize: Synthesize) -> None:
        secret = "arn:aws:secretsmanager:eu-west-1:210987654321:secret:hub-token-AbCdEf"
        hub = HUB.model_copy(update={"token_secret_arn": secret})
        how = REAL_TIME.model_copy(update={"isolated": False})
        template = serving(synthesize, how, hub)
        container = template.only("aws_sagemaker_model")["primary_container"]
        assert container["environment"]["HF_TOKEN_SECRET_ARN"] == secret
        (read,) = [
            one for one in template.policies() if "secretsmanager:GetSecretValue" in one["Action"]
        ]
        assert read["Resource"] == [secret]


def test_captured_requests_are_encrypted_and_expire(synthesize: Synthesize) -> None:
    how = REAL_TIME.model_copy(update={"capture": Capture(percent=10, keep_days=7)})
    stacks = _all(synthesize, how)
    capture = configuration(stacks["sagemaker-sentiment"])["data_capture_config"]
    assert capture == {
        "enable_capture": True,
        "initial_sampling_percentage": 10,
        "destination_s3_uri": f"s3://{BUCKET}/captured/sentiment/",
        "kms_key_id": KEY,
        "capture_options": [{"capture_mode": "Input"}, {"capture_mode": "Output"}],
        "capture_content_type_header": {"json_content_types": ["application/json"]},
    }
    assert _expires(stacks["s3"], "captured/sentiment/") == 7
    (write,) = [
        one for one in stacks["sagemaker-sentiment"].policies() if one["Action"] == ["s3:PutObject"]
    ]
    assert write["Resource"] == [f"arn:aws:s3:::{BUCKET}/captured/sentiment/*"]


def test_instances_stand_in_a_network_of_ones_own(synthesize: Synthesize) -> None:
    network = Network(subnets=["subnet-0a", "subnet-0b"], security_groups=["sg-0c"])
    template = serving(synthesize, REAL_TIME.model_copy(update={"network": network}))
    assert template.only("aws_sagemaker_model")["vpc_config"] == {
        "subnets": ["subnet-0a", "subnet-0b"],
        "security_group_ids": ["sg-0c"],
    }
    (create,) = [
        one for one in template.policies() if "ec2:CreateNetworkInterface" in one["Action"]
    ]
    place = "arn:aws:ec2:eu-west-1:210987654321"
    assert create["Resource"] == [
        f"{place}:network-interface/*",
        f"{place}:subnet/subnet-0a",
        f"{place}:subnet/subnet-0b",
        f"{place}:security-group/sg-0c",
    ]


def test_network_interfaces_can_be_deleted_whatever_ec2_tells_of_them(
    synthesize: Synthesize,
) -> None:
    network = Network(subnets=["subnet-0a"], security_groups=["sg-0c"])
    template = serving(synthesize, REAL_TIME.model_copy(update={"network": network}))
    conditions = {
        action: statement.get("Condition")
        for statement in template.policies()
        for action in statement["Action"]
    }
    subnets = ["arn:aws:ec2:eu-west-1:210987654321:subnet/subnet-0a"]
    assert conditions["ec2:CreateNetworkInterfacePermission"] == {
        "ArnEquals": {"ec2:Subnet": subnets}
    }
    assert conditions["ec2:DeleteNetworkInterface"] is None
    assert conditions["ec2:DeleteNetworkInterfacePermission"] is None


def test_instances_with_disks_of_their_own_take_no_key(synthesize: Synthesize) -> None:
    how = REAL_TIME.model_copy(update={"instance_type": "ml.m5d.large"})
    assert "kms_key_arn" not in configuration(serving(synthesize, how))


class TestCapacity:
    """A roll starts with the fleet of today, and today's fleet alone rolls nothing."""

    @pytest.fixture
    def template(self, dev: dict[str, Template]) -> Template:
        return dev["sagemaker-sentiment"]

    def test_the_count_of_today_comes_in_as_a_variable(self, template: Template) -> None:
        memory = template.content["resource"]["terraform_data"]["capacity"]
        assert template.content["variable"]["current_instances"]["default"] == 0
        assert memory["input"] == {"instances": "${max(1, var.current_instances)}"}

    def test_a_configuration_remembers_the_count_it_was_made_with(self, template: Template) -> None:
        memory = template.content["resource"]["terraform_data"]["capacity"]
        assert memory["lifecycle"] == {"ignore_changes": ["input"]}
        remembered = "${terraform_data.capacity[each.key].input.instances}"
        (variant,) = configuration(template)["production_variants"]
        assert variant["initial_instance_count"] == remembered
        assert configuration(template)["name"].endswith(f"-{remembered}")

    def test_new_content_takes_the_count_anew(self, template: Template) -> None:
        memory = template.content["resource"]["terraform_data"]["capacity"]
        content = memory["triggers_replace"]["content"]
        assert content in configuration(template)["name"]


@pytest.mark.parametrize("how", [REAL_TIME, ASYNC], ids=["realtime", "async"])
def test_another_kind_replaces_the_endpoint_and_the_plan_shows_it(
    synthesize: Synthesize, how: Serving
) -> None:
    template = serving(synthesize, how)
    triggers = template.only("aws_sagemaker_endpoint")["lifecycle"]["replace_triggered_by"]
    assert "terraform_data.footing.input" in triggers
    footing = template.content["resource"]["terraform_data"]["footing"]
    assert footing["input"] == {"kind": how.kind}


def test_a_variant_added_or_removed_replaces_the_endpoint_and_all_that_scales_it(
    synthesize: Synthesize,
) -> None:
    how = REAL_TIME.model_copy(update={"variants": {"challenger": CHALLENGER}})
    template = serving(synthesize, how)
    names = template.content["resource"]["terraform_data"]["variants"]
    assert names["input"] == ["challenger", "primary"]
    for resource_type in ("aws_sagemaker_endpoint", "aws_appautoscaling_target"):
        triggers = template.only(resource_type)["lifecycle"]["replace_triggered_by"]
        # The whole resource, not its input: of that, the first apply would replace the endpoint.
        assert "terraform_data.variants" in triggers


def test_an_apply_that_was_rolled_back_fails_before_it_deletes_what_is_live(
    dev: dict[str, Template],
) -> None:
    endpoint = dev["sagemaker-sentiment"].only("aws_sagemaker_endpoint")
    (condition,) = endpoint["lifecycle"]["postcondition"]
    asked = endpoint["endpoint_config_name"].removeprefix("${").removesuffix("}")
    assert condition["condition"] == f"${{self.endpoint_config_name == {asked}}}"
    assert condition["error_message"].startswith(SAGEMAKER_ROLLED_BACK)


@pytest.mark.parametrize(
    "resource_type",
    ["aws_appautoscaling_target", "aws_appautoscaling_policy"],
)
def test_what_scales_goes_before_another_instance_type_comes(
    dev: dict[str, Template], resource_type: str
) -> None:
    stack = dev["sagemaker-sentiment"]
    trigger, _ = stack.only(resource_type)["lifecycle"]["replace_triggered_by"]
    assert trigger in stack.only("aws_sagemaker_endpoint")["depends_on"]
    footing = stack.content["resource"]["terraform_data"]["footing"]
    assert trigger == "terraform_data.footing"
    assert footing["triggers_replace"] == {"instance_type": "ml.m5.large"}


def test_what_is_pinned_does_not_go_because_its_challenger_has_no_model_yet(
    synthesize: Synthesize,
) -> None:
    how = REAL_TIME.model_copy(update={"variants": {"challenger": Variant(traffic_percent=10)}})
    footing = serving(synthesize, how, PINNED).content["resource"]["terraform_data"]["footing"]
    (condition,) = footing["lifecycle"]["precondition"]
    assert condition["condition"] == '${local.asked != "none"}'
    assert "deliver a model first" in condition["error_message"]


def test_asynchronous_requests_may_take_their_time(synthesize: Synthesize) -> None:
    alarms = serving(synthesize, ASYNC).content["resource"]["aws_cloudwatch_metric_alarm"]
    assert alarms["latency"]["threshold"] == 900_000_000
