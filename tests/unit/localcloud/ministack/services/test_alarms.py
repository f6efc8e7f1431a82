"""CloudWatch alarms of the local cloud, through its request handler, as Terraform and boto3 use it."""

import asyncio
import re
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from ministack.services import cloudwatch

from localcloud.ministack.services import alarms

ALARM = {
    "AlarmName": "smoke",
    "Namespace": "Requests",
    "MetricName": "SmokeFailures",
    "Dimensions.member.1.Name": "EndpointConfigName",
    "Dimensions.member.1.Value": "new",
    "Statistic": "Maximum",
    "Period": "10",
    "EvaluationPeriods": "30",
    "DatapointsToAlarm": "1",
    "Threshold": "0",
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "ActionsEnabled": "false",
    "AlarmDescription": "<b>",
}
MATH = {
    "AlarmName": "errors",
    "EvaluationPeriods": "3",
    "DatapointsToAlarm": "2",
    "Threshold": "5",
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "Metrics.member.1.Id": "errors",
    "Metrics.member.1.ReturnData": "false",
    "Metrics.member.1.MetricStat.Metric.Namespace": "AWS/SageMaker",
    "Metrics.member.1.MetricStat.Metric.MetricName": "Invocation5XXErrors",
    "Metrics.member.1.MetricStat.Period": "60",
    "Metrics.member.1.MetricStat.Stat": "Average",
    "Metrics.member.2.Id": "rate",
    "Metrics.member.2.Expression": "100 * errors",
    "Metrics.member.2.ReturnData": "true",
}


@pytest.fixture(autouse=True)
def _corrected() -> Iterator[None]:
    own = {
        name: getattr(cloudwatch, name)
        for name in dir(cloudwatch)
        if callable(getattr(cloudwatch, name))
    }
    alarms.correct_alarms()
    yield
    for name, function in own.items():
        setattr(cloudwatch, name, function)
    cloudwatch.reset()


def ask(action: str, **params: Any) -> str:
    body = urlencode({"Action": action} | params).encode()
    status, _, answer = asyncio.run(cloudwatch.handle_request("POST", "/", {}, body, {}))
    assert status == 200, answer
    text: str = answer.decode()
    return text


def state(name: str = "smoke") -> str:
    (found,) = re.findall(
        "<StateValue>(.*?)</StateValue>", ask("DescribeAlarms", **{"AlarmNames.member.1": name})
    )
    return str(found)


def send(value: float, configuration: str = "new", seconds_ago: float = 0) -> None:
    ask(
        "PutMetricData",
        **{
            "Namespace": "Requests",
            "MetricData.member.1.MetricName": "SmokeFailures",
            "MetricData.member.1.Value": value,
            "MetricData.member.1.Timestamp": time.strftime(
                "%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds_ago)
            ),
            "MetricData.member.1.Dimensions.member.1.Name": "EndpointConfigName",
            "MetricData.member.1.Dimensions.member.1.Value": configuration,
        },
    )


@pytest.mark.parametrize("alarm", [ALARM, MATH], ids=["metric", "math"])
def test_an_alarm_is_described_with_all_members_of_its_request(alarm: dict[str, str]) -> None:
    ask("PutMetricAlarm", **alarm)
    described = ask("DescribeAlarms")
    for path, value in alarm.items():
        leaf = path.rpartition(".")[2]
        written = value.replace("<", "&lt;").replace(">", "&gt;")
        assert re.search(f"<{leaf}>{re.escape(written)}(\\.0)?</{leaf}>", described), path


def test_an_alarm_on_metric_math_is_described_without_a_metric() -> None:
    ask("PutMetricAlarm", **MATH)
    own = re.sub("<Metrics>.*</Metrics>", "", ask("DescribeAlarms"), flags=re.DOTALL)
    for member in ("Namespace", "MetricName", "Statistic", "Period", "Dimensions"):
        assert f"<{member}>" not in own


def test_an_alarm_is_evaluated_for_its_dimensions() -> None:
    ask("PutMetricAlarm", **ALARM)
    send(1, "old")
    assert state() == "INSUFFICIENT_DATA"
    send(1, "new")
    assert state() == "ALARM"


def test_one_breaching_period_of_the_evaluation_periods_is_an_alarm() -> None:
    ask("PutMetricAlarm", **ALARM)
    send(1, seconds_ago=60)
    send(0)
    assert state() == "ALARM"


def test_an_alarm_ends_when_its_data_is_old() -> None:
    ask("PutMetricAlarm", **ALARM)
    send(1, seconds_ago=320)
    assert state() == "OK"


def test_missing_data_is_treated_as_the_alarm_specifies() -> None:
    ask("PutMetricAlarm", **(ALARM | {"TreatMissingData": "breaching"}))
    send(0, seconds_ago=320)
    assert state() == "ALARM"
    ask("PutMetricAlarm", **(ALARM | {"TreatMissingData": "missing"}))
    assert state() == "INSUFFICIENT_DATA"


def test_a_state_from_set_alarm_state_stays_without_data() -> None:
    ask("PutMetricAlarm", **MATH)
    ask("SetAlarmState", AlarmName="errors", StateValue="ALARM", StateReason="a test")
    assert state("errors") == "ALARM"
