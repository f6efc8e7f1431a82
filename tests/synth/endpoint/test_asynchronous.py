"""Asynchronous endpoints."""

from config.schema.scaling import InstancesOrNone
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import (
    ASYNC,
    BUCKET,
    KEY,
    all_stacks,
    configuration,
    endpoint_stack,
    expiry_days,
)


def test_answers_and_failures_go_to_the_model_bucket_encrypted(synthesize: Synthesize) -> None:
    config = configuration(endpoint_stack(synthesize, ASYNC))["async_inference_config"]
    assert config == {
        "output_config": {
            "s3_output_path": f"s3://{BUCKET}/async/sentiment/answers/",
            "s3_failure_path": f"s3://{BUCKET}/async/sentiment/failures/",
            "kms_key_id": KEY,
        }
    }


def test_concurrency_and_topics_are_set_if_configured(synthesize: Synthesize) -> None:
    how = ASYNC.model_copy(update={"concurrent_invocations": 4, "notify": ["success", "error"]})
    template = endpoint_stack(synthesize, how)
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


def test_it_scales_on_the_backlog_of_the_endpoint(synthesize: Synthesize) -> None:
    policy = endpoint_stack(synthesize, ASYNC).has(
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


def test_it_scales_in_to_no_instances_and_out_again(synthesize: Synthesize) -> None:
    template = endpoint_stack(synthesize, ASYNC)
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
    # SageMaker creates no variant with 0 instances.
    assert template.content["resource"]["terraform_data"]["capacity"]["input"] == {
        "instances": "${max(1, var.current_instances)}"
    }


def test_with_at_least_one_instance_it_needs_no_wake_up(synthesize: Synthesize) -> None:
    how = ASYNC.model_copy(update={"instances": InstancesOrNone(min=1, max=3)})
    assert len(endpoint_stack(synthesize, how).resources("aws_appautoscaling_policy")) == 1


def test_its_rolls_can_be_rolled_back(synthesize: Synthesize) -> None:
    endpoint = endpoint_stack(synthesize, ASYNC).only("aws_sagemaker_endpoint")
    alarms = endpoint["deployment_config"]["auto_rollback_configuration"]["alarms"]
    assert len(alarms) == 4


def test_its_latency_alarm_allows_for_fifteen_minutes(synthesize: Synthesize) -> None:
    alarms = endpoint_stack(synthesize, ASYNC).content["resource"]["aws_cloudwatch_metric_alarm"]
    assert alarms["latency"]["threshold"] == 900_000_000


def test_its_role_reads_requests_and_writes_answers(synthesize: Synthesize) -> None:
    statements = endpoint_stack(synthesize, ASYNC).policies()
    (read,) = [one for one in statements if "requests" in str(one.get("Resource"))]
    (write,) = [one for one in statements if "s3:PutObject" in one["Action"]]
    prefix = f"arn:aws:s3:::{BUCKET}/async/sentiment"
    assert (read["Action"], read["Resource"]) == (["s3:GetObject"], [f"{prefix}/requests/*"])
    assert write["Resource"] == [f"{prefix}/answers/*", f"{prefix}/failures/*"]


def test_its_requests_and_answers_expire(synthesize: Synthesize) -> None:
    assert expiry_days(all_stacks(synthesize, ASYNC)["s3"], "async/sentiment/") == 30
