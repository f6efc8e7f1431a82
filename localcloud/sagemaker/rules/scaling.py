"""Application Auto Scaling: targets, policies, scheduled actions.

https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_StepAdjustment.html
https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html
https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
"""

import re
from itertools import pairwise

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.state import Members, Region

_RESOURCES = {
    "variant": "endpoint/[^/]+/variant/[^/]+",
    "inference-component": "inference-component/[^/]+",
}
_METRICS = {
    "sagemaker:variant:DesiredInstanceCount": {
        "SageMakerVariantInvocationsPerInstance",
        "SageMakerVariantConcurrentRequestsPerModelHighResolution",
    },
    "sagemaker:variant:DesiredProvisionedConcurrency": {
        "SageMakerVariantProvisionedConcurrencyUtilization"
    },
}
_CONFIGURATION = {
    "StepScaling": "StepScalingPolicyConfiguration",
    "TargetTrackingScaling": "TargetTrackingScalingPolicyConfiguration",
    "PredictiveScaling": "PredictiveScalingPolicyConfiguration",
}
_SCHEDULE = re.compile(
    r"at\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\)|rate\([1-9]\d* (minute|hour|day)s?\)|cron\((\S+ ){5}\S+\)"
)


def check_target(_: Region, params: Members) -> None:
    _check_target_key(params)
    least, most = params.get("MinCapacity"), params.get("MaxCapacity")
    for name, value in (("MinCapacity", least), ("MaxCapacity", most)):
        if value is not None and value < 0:
            raise validation_error(f"{name} must be 0 or greater; it is {value}.")
    if least is not None and most is not None and least > most:
        raise validation_error("Maximum capacity cannot be less than minimum capacity.")


def check_policy(_: Region, params: Members) -> None:
    _check_target_key(params)
    given = [name for name in _CONFIGURATION.values() if name in params]
    kind = params.get("PolicyType")
    if kind and given != [_CONFIGURATION[kind]]:
        raise validation_error(
            f"A {kind} policy takes a {_CONFIGURATION[kind]}, and has {given or 'none'}."
        )
    if tracking := params.get("TargetTrackingScalingPolicyConfiguration"):
        _check_tracking(tracking, params["ScalableDimension"])
    if (step := params.get("StepScalingPolicyConfiguration")) is not None:
        _check_step(step)


def check_action(_: Region, params: Members) -> None:
    _check_target_key(params)
    schedule = params.get("Schedule")
    if schedule and not _SCHEDULE.fullmatch(schedule):
        raise validation_error(f"{schedule} is not an at, a rate or a cron expression.")
    if schedule and schedule.startswith("cron("):
        _check_cron(schedule)
    action = params.get("ScalableTargetAction")
    if action is not None and not action:
        raise validation_error("A ScalableTargetAction must have a MinCapacity or a MaxCapacity.")
    if action and action.get("MinCapacity", 0) > action.get("MaxCapacity", float("inf")):
        raise validation_error("Maximum capacity cannot be less than minimum capacity.")
    if params.get("StartTime", 0) >= params.get("EndTime", float("inf")):
        raise validation_error("The EndTime must be after the StartTime.")


def check_list(_: Region, params: Members) -> None:
    if "ScalableDimension" in params and not ("ResourceId" in params or "ResourceIds" in params):
        raise validation_error("A request with a scalable dimension must also have a resource ID.")
    if not 1 <= params.get("MaxResults", 50) <= 50:
        raise validation_error("MaxResults must be between 1 and 50.")


def _check_target_key(params: Members) -> None:
    namespace, kind, _ = params["ScalableDimension"].split(":")
    if namespace != params["ServiceNamespace"]:
        raise validation_error(
            f"Scalable dimension {params['ScalableDimension']} belongs to another service."
        )
    pattern = _RESOURCES.get(kind) if namespace == "sagemaker" else None
    if pattern and not re.fullmatch(pattern, params["ResourceId"]):
        raise validation_error(
            f"Unsupported service namespace, resource type or scalable dimension: {params['ResourceId']}"
        )


def _check_tracking(tracking: Members, dimension: str) -> None:
    predefined = tracking.get("PredefinedMetricSpecification")
    if bool(predefined) == ("CustomizedMetricSpecification" in tracking):
        raise validation_error("A policy must have either a predefined or a customized metric.")
    if not predefined:
        return
    metric = predefined["PredefinedMetricType"]
    if metric not in _METRICS.get(dimension, {metric}):
        raise validation_error(f"{metric} is not supported for {dimension}.")
    if "ResourceLabel" in predefined and metric != "ALBRequestCountPerTarget":
        raise validation_error(f"ResourceLabel is not allowed for {metric}.")


def _check_step(step: Members) -> None:
    adjustments = step.get("StepAdjustments")
    if not adjustments or "AdjustmentType" not in step:
        raise validation_error(
            "A step scaling policy needs an AdjustmentType and at least one step adjustment."
        )
    bounds = sorted(
        (
            each.get("MetricIntervalLowerBound", float("-inf")),
            each.get("MetricIntervalUpperBound", float("inf")),
        )
        for each in adjustments
    )
    if any(lower >= upper for lower, upper in bounds) or (float("-inf"), float("inf")) in bounds:
        raise validation_error(
            "The upper bound of a step must be greater than the lower; one of them is required."
        )
    if any(before[1] != after[0] for before, after in pairwise(bounds)):
        raise validation_error("The ranges of step adjustments must not overlap or have a gap.")
    (lowest, _), (_, highest) = bounds[0], bounds[-1]
    if float("-inf") < lowest < 0 or 0 < highest < float("inf"):
        raise validation_error(
            "Steps below 0 require one without a lower bound, steps above 0 one without an upper bound."
        )


def _check_cron(schedule: str) -> None:
    """Six fields: minutes, hours, day of month, month, day of week, year; one of the days is `?`."""
    fields = schedule.removeprefix("cron(").removesuffix(")").split(" ")
    if (fields[2] == "?") == (fields[4] == "?"):
        raise validation_error(f"Exactly one of day-of-month and day-of-week must be ?: {schedule}")
