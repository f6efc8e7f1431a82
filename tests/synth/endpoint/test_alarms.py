"""The alarms that make SageMaker roll back."""

import pytest

from config import names
from config.schema.rollout import Rollback
from config.schema.settings import load
from tests.synth.conftest import Synthesize
from tests.synth.endpoint.samples import with_serving
from tests.synth.template import Template


def test_alarms_of_the_user_roll_back_too(synthesize: Synthesize) -> None:
    rollback = Rollback(alarms=["conversion-drops"])
    template = synthesize(with_serving(load("dev"), rollback=rollback))["sagemaker-sentiment"]
    config = template.only("aws_sagemaker_endpoint")["deployment_config"]
    watched = [one["alarm_name"] for one in config["auto_rollback_configuration"]["alarms"]]
    assert watched[len(names.ROLLBACK_ALARMS) :] == ["conversion-drops"]


def test_the_alarms_exist_before_the_endpoint_rolls(stack: Template) -> None:
    needed = stack.only("aws_sagemaker_endpoint")["depends_on"]
    assert {_alarm(stack, what) for what in names.ROLLBACK_ALARMS} < set(needed)


def _alarm(template: Template, what: str) -> str:
    (id_,) = [
        id_ for id_ in template.content["resource"]["aws_cloudwatch_metric_alarm"] if id_ == what
    ]
    return f"aws_cloudwatch_metric_alarm.{id_}"


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


def test_after_one_failed_smoke_request_the_alarm_lasts_for_five_minutes(stack: Template) -> None:
    alarm = stack.content["resource"]["aws_cloudwatch_metric_alarm"]["smoke"]
    assert (alarm["namespace"], alarm["metric_name"]) == ("Rollforward", "SmokeFailures")
    assert (alarm["statistic"], alarm["threshold"]) == ("Maximum", 0)
    assert alarm["datapoints_to_alarm"] == 1
    assert alarm["period"] * alarm["evaluation_periods"] == 300


def test_the_latency_alarm_is_in_microseconds(prod: dict[str, Template]) -> None:
    alarms = prod["sagemaker-sentiment"].content["resource"]["aws_cloudwatch_metric_alarm"]
    assert alarms["latency"]["threshold"] == 800_000
