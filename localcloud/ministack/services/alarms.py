"""CloudWatch metric alarms: stored and evaluated as CloudWatch documents it.

ministack 1.5.33 omits members of an alarm when it describes the alarm in XML, which Terraform's provider
reads. It evaluates an alarm on every metric of that name, whatever its dimensions, and only when data
arrives. `correct_alarms()` replaces these parts. Alarms on metric math are stored but never evaluated. A
state that SetAlarmState sets stays until the metric has data.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any
from xml.sax.saxutils import escape

import botocore.session
from botocore.model import ListShape, Shape, StructureShape
from ministack.services import cloudwatch

from localcloud.ministack.wrapping import Call, wrap

_SERVICE = botocore.session.get_session().get_service_model("cloudwatch")
_REQUEST = _SERVICE.shape_for("PutMetricAlarmInput")
_ALARM = _SERVICE.shape_for("MetricAlarm")
_METRIC_ALARMS = re.compile(rb"<MetricAlarms>(.*?)</MetricAlarms>", re.DOTALL)
_NAME = re.compile(r"<member><AlarmName>(.*?)</AlarmName>")
_SINGLE_METRIC_MEMBERS = {"Namespace", "MetricName", "Dimensions", "Statistic", "Period"}
_SCALARS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "double": float,
    "boolean": lambda text: text == "true",
}
_BREACHES: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}


def correct_alarms() -> None:
    """Make ministack store, describe and evaluate alarms as CloudWatch does."""
    cloudwatch._put_metric_alarm = wrap(cloudwatch._put_metric_alarm, _put_alarm)
    cloudwatch._describe_alarms = wrap(cloudwatch._describe_alarms, _describe_alarms)
    cloudwatch._evaluate_alarm = evaluate


def evaluate(alarm: dict[str, Any]) -> None:
    """Set the alarm's state from its metric's latest periods. Without data, the alarm keeps its state."""
    points = _points(alarm)
    if points is None:
        return
    state = _state(alarm, _datapoints(alarm, points))
    if state != alarm["StateValue"]:
        reason = f"Evaluated {alarm['MetricName']}"
        request = {"AlarmName": alarm["AlarmName"], "StateValue": state, "StateReason": reason}
        cloudwatch._set_alarm_state({}, request, True)


def _points(alarm: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The data of the alarm's metric; None if there has never been any."""
    dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []}
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    found: list[dict[str, Any]] | None = cloudwatch._metrics.get(key)
    return found


def _datapoints(alarm: Mapping[str, Any], points: list[dict[str, Any]]) -> list[float]:
    """The value of the statistic in each of the latest periods that has data."""
    period = alarm["Period"]
    now = int(time.time() // period)
    latest = range(now - alarm["EvaluationPeriods"] + 1, now + 1)
    by_period: dict[int, list[dict[str, Any]]] = {}
    for point in points:
        by_period.setdefault(int(point["Timestamp"] // period), []).append(point)
    statistic = alarm.get("ExtendedStatistic") or alarm["Statistic"]
    return [
        cloudwatch._stat_value(cloudwatch._calc_stats(found), statistic, found)
        for number, found in by_period.items()
        if number in latest
    ]


def _state(alarm: Mapping[str, Any], datapoints: list[float]) -> str:
    breaches = _BREACHES[alarm["ComparisonOperator"]]
    missing = alarm["EvaluationPeriods"] - len(datapoints)
    treated = alarm.get("TreatMissingData") or "missing"
    breaching = sum(breaches(value, alarm["Threshold"]) for value in datapoints)
    if treated == "breaching":
        breaching += missing
    if breaching >= alarm.get("DatapointsToAlarm", alarm["EvaluationPeriods"]):
        return "ALARM"
    if datapoints or treated in ("notBreaching", "breaching"):
        return "OK"
    return str(alarm["StateValue"]) if treated == "ignore" else "INSUFFICIENT_DATA"


def _put_alarm(call: Call) -> Any:
    answer = call.proceed()
    if answer[0] == 200:
        is_query = not call["is_cbor"] and not call["is_json"]
        request = _parse(_REQUEST, call["params"], "") if is_query else call["cbor_data"]
        request.pop("Tags", None)
        alarm = cloudwatch._alarms[request["AlarmName"]]
        # ministack adds these to an alarm on metric math as well.
        for member in _SINGLE_METRIC_MEMBERS - request.keys():
            alarm.pop(member, None)
        alarm.update(request)
    return answer


def _describe_alarms(call: Call) -> Any:
    cloudwatch._evaluate_all_alarms()
    status, headers, body = call.proceed()
    is_query = not call["is_cbor"] and not call["is_json"]
    found = _METRIC_ALARMS.search(body) if status == 200 and is_query else None
    if found is None:
        return status, headers, body
    described = "".join(
        f"<member>{_serialize(_ALARM, cloudwatch._alarms[name])}</member>"
        for name in _NAME.findall(found[1].decode())
    )
    return status, headers, body[: found.start(1)] + described.encode() + body[found.end(1) :]


def _parse(shape: Shape, params: Mapping[str, list[str]], name: str) -> Any:
    """The member `name` of a request in AWS's query protocol; None if the request does not have it."""
    if isinstance(shape, StructureShape):
        start = f"{name}." if name else ""
        members = {
            member: value
            for member, of in shape.members.items()
            if (value := _parse(of, params, start + member)) is not None
        }
        return members or None
    if isinstance(shape, ListShape):
        items: list[Any] = []
        while (item := _parse(shape.member, params, f"{name}.member.{len(items) + 1}")) is not None:
            items.append(item)
        return items or None
    text = params.get(name, [None])[0]
    return None if text is None else _SCALARS.get(shape.type_name, str)(text)


def _serialize(shape: Shape, value: Any) -> str:
    """The value in AWS's XML, without members that are None."""
    if isinstance(shape, StructureShape):
        return "".join(
            f"<{name}>{_serialize(of, value[name])}</{name}>"
            for name, of in shape.members.items()
            if value.get(name) is not None
        )
    if isinstance(shape, ListShape):
        return "".join(f"<member>{_serialize(shape.member, item)}</member>" for item in value)
    if shape.type_name == "timestamp":
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value))
    return str(value).lower() if isinstance(value, bool) else escape(str(value))
