"""CloudWatch's metric alarms in ministack, stored and evaluated as CloudWatch documents it.

ministack 1.5.33 drops members of an alarm when it describes it in XML, which is what Terraform's provider
reads, and evaluates an alarm on every metric of that name, whatever its dimensions, and only when data comes
in. `mend()` replaces these parts. Alarms on metric math are stored but never evaluated, and a state that
SetAlarmState sets stays until the metric has data.

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

_SERVICE = botocore.session.get_session().get_service_model("cloudwatch")
_ASKED = _SERVICE.shape_for("PutMetricAlarmInput")
_ALARM = _SERVICE.shape_for("MetricAlarm")
_METRIC_ALARMS = re.compile(rb"<MetricAlarms>(.*?)</MetricAlarms>", re.DOTALL)
_NAME = re.compile(r"<member><AlarmName>(.*?)</AlarmName>")
_OF_ONE_METRIC = {"Namespace", "MetricName", "Dimensions", "Statistic", "Period"}
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

_put, _describe = cloudwatch._put_metric_alarm, cloudwatch._describe_alarms


def mend() -> None:
    """Replace these parts of ministack in this process."""
    cloudwatch._put_metric_alarm = _put_whole
    cloudwatch._describe_alarms = _describe_whole
    cloudwatch._evaluate_alarm = evaluate


def evaluate(alarm: dict[str, Any]) -> None:
    """Set the alarm's state by its metric's latest periods. Without any data, the alarm keeps its state."""
    points = _points(alarm)
    if points is None:
        return
    state = _state(alarm, _datapoints(alarm, points))
    if state != alarm["StateValue"]:
        reason = f"Evaluated {alarm['MetricName']}"
        told = {"AlarmName": alarm["AlarmName"], "StateValue": state, "StateReason": reason}
        cloudwatch._set_alarm_state({}, told, True)


def _points(alarm: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions") or []}
    key = (alarm.get("Namespace"), alarm.get("MetricName"), cloudwatch._dims_key(dimensions))
    found: list[dict[str, Any]] | None = cloudwatch._metrics.get(key)
    return found


def _datapoints(alarm: Mapping[str, Any], points: list[dict[str, Any]]) -> list[float]:
    """The statistic of each of the latest periods that has data."""
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


def _put_whole(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
    answer = _put(params, data, is_cbor, is_json)
    if answer[0] == 200:
        asked = data if is_cbor or is_json else _read(_ASKED, params, "")
        asked.pop("Tags", None)
        alarm = cloudwatch._alarms[asked["AlarmName"]]
        # ministack fills these in for an alarm on metric math as well.
        for member in _OF_ONE_METRIC - asked.keys():
            alarm.pop(member, None)
        alarm.update(asked)
    return answer


def _describe_whole(params: Any, data: Any, is_cbor: bool, is_json: bool = False) -> Any:
    cloudwatch._evaluate_all_alarms()
    status, headers, body = _describe(params, data, is_cbor, is_json)
    found = _METRIC_ALARMS.search(body) if status == 200 and not is_cbor and not is_json else None
    if found is None:
        return status, headers, body
    described = "".join(
        f"<member>{_written(_ALARM, cloudwatch._alarms[name])}</member>"
        for name in _NAME.findall(found[1].decode())
    )
    return status, headers, body[: found.start(1)] + described.encode() + body[found.end(1) :]


def _read(shape: Shape, params: Mapping[str, list[str]], name: str) -> Any:
    """The member called `name` of a request in AWS's query protocol; None if it is not there."""
    if isinstance(shape, StructureShape):
        start = f"{name}." if name else ""
        members = {
            member: value
            for member, of in shape.members.items()
            if (value := _read(of, params, start + member)) is not None
        }
        return members or None
    if isinstance(shape, ListShape):
        items: list[Any] = []
        while (item := _read(shape.member, params, f"{name}.member.{len(items) + 1}")) is not None:
            items.append(item)
        return items or None
    text = params.get(name, [None])[0]
    return None if text is None else _SCALARS.get(shape.type_name, str)(text)


def _written(shape: Shape, value: Any) -> str:
    """In AWS's XML, without what is None."""
    if isinstance(shape, StructureShape):
        return "".join(
            f"<{name}>{_written(of, value[name])}</{name}>"
            for name, of in shape.members.items()
            if value.get(name) is not None
        )
    if isinstance(shape, ListShape):
        return "".join(f"<member>{_written(shape.member, item)}</member>" for item in value)
    if shape.type_name == "timestamp":
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(value))
    return str(value).lower() if isinstance(value, bool) else escape(str(value))
