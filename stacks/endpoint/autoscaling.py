"""Scales an endpoint's primary variant: on CPU, on requests, on the backlog, and on a schedule."""

from collections.abc import Sequence
from typing import Any

from cdktf import ITerraformDependable, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfiguration as _TargetTracking,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecification as _Metric,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationCustomizedMetricSpecificationDimensions as _Dimension,  # noqa: E501
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyTargetTrackingScalingPolicyConfigurationPredefinedMetricSpecification as _Predefined,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledAction,
)
from cdktf_cdktf_provider_aws.appautoscaling_scheduled_action import (
    AppautoscalingScheduledActionScalableTargetAction as _Bounds,
)
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from config.instance_types import vcpus
from config.schema.scaling import Cooldowns, Scaling, ScheduledCapacity
from config.schema.serving import Async, RealTime, Serving
from config.schema.variants import PRIMARY
from stacks.endpoint.rolling_endpoint import RollingEndpoint
from stacks.endpoint.wake_up import WakeUp

_INSTANCES = "sagemaker:variant:DesiredInstanceCount"
_CONCURRENCY = "sagemaker:variant:DesiredProvisionedConcurrency"


class Autoscaling(Construct):
    """A scalable target with its policies. Of a serverless endpoint, provisioned concurrency alone scales.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, endpoint: RollingEndpoint, name: str, serving: Serving
    ) -> None:
        super().__init__(scope, id_)
        self._name, self._endpoint = name, endpoint
        match serving:
            case RealTime(instances=instances, scaling=scaling):
                self._register(_INSTANCES, instances.min, instances.max, scaling.schedule)
                self._track_instances(scaling, serving.instance_type)
            case Async(instances=instances, scaling=backlog):
                self._register(_INSTANCES, instances.min, instances.max)
                metric = _metric(name, "AWS/SageMaker", "ApproximateBacklogSizePerInstance")
                self._track("backlog", backlog.target_per_instance, backlog, custom=metric)
                if instances.min == 0:
                    WakeUp(self, "wake_up", endpoint=name, target=self._target, after=self._last)
            case _ if serving.provisioned:
                provisioned = serving.provisioned
                self._register(_CONCURRENCY, provisioned.min, provisioned.max)
                utilization = "SageMakerVariantProvisionedConcurrencyUtilization"
                target = provisioned.target_percent / 100
                self._track("concurrency", target, provisioned, predefined=utilization)

    def _register(
        self, dimension: str, low: int, high: int, schedule: Sequence[ScheduledCapacity] = ()
    ) -> None:
        """Register the variant as a scalable target. Its policies repeat `_target`, and wait for `_last`."""
        target: dict[str, Any] = {
            "count": self._endpoint.exists,
            "service_namespace": "sagemaker",
            "scalable_dimension": dimension,
            "resource_id": f"endpoint/{self._name}/variant/{PRIMARY}",
        }
        # The next apply must not undo what a scheduled action has set.
        ignored = ["min_capacity", "max_capacity"] if schedule else []
        self._last: ITerraformDependable = AppautoscalingTarget(
            self,
            "target",
            min_capacity=low,
            max_capacity=high,
            depends_on=[self._endpoint],
            lifecycle=self._lifecycle(*ignored),
            **target,
        )
        self._target = target | {"lifecycle": self._lifecycle()}

    def _lifecycle(self, *ignored: str) -> TerraformResourceLifecycle:
        return TerraformResourceLifecycle(
            ignore_changes=list(ignored) or None,
            replace_triggered_by=self._endpoint.triggers.of_scaling,
        )

    def _track_instances(self, scaling: Scaling, instance_type: str) -> None:
        if scaling.cpu:
            metric = _metric(
                self._name, "/aws/sagemaker/Endpoints", "CPUUtilization", PRIMARY, "Percent"
            )
            # The metric is the sum over the instance's vCPUs.
            target = scaling.cpu.target_percent * vcpus(instance_type)
            self._track("cpu", target, scaling.cpu, custom=metric)
        if scaling.invocations:
            target = scaling.invocations.target_per_minute
            predefined = "SageMakerVariantInvocationsPerInstance"
            self._track("invocations", target, scaling.invocations, predefined=predefined)
        for number, capacity in enumerate(scaling.schedule, start=1):
            self._schedule(number, capacity)

    def _track(
        self,
        id_: str,
        target: float,
        cooldowns: Cooldowns,
        *,
        custom: _Metric | None = None,
        predefined: str | None = None,
    ) -> None:
        # One after the other: AWS refuses concurrent changes to one scalable target.
        self._last = AppautoscalingPolicy(
            self,
            id_,
            name=f"{self._name}-{id_}",
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration=_TargetTracking(
                target_value=target,
                scale_in_cooldown=cooldowns.scale_in_cooldown_seconds,
                scale_out_cooldown=cooldowns.scale_out_cooldown_seconds,
                customized_metric_specification=custom,
                predefined_metric_specification=_Predefined(predefined_metric_type=predefined)
                if predefined
                else None,
            ),
            depends_on=[self._last],
            **self._target,
        )

    def _schedule(self, number: int, capacity: ScheduledCapacity) -> None:
        self._last = AppautoscalingScheduledAction(
            self,
            f"schedule-{number}",
            name=f"{self._name}-{number}",
            schedule=f"cron({capacity.cron})",
            timezone=capacity.timezone,
            scalable_target_action=_Bounds(
                min_capacity=str(capacity.min), max_capacity=str(capacity.max)
            ),
            depends_on=[self._last],
            **self._target,
        )


def _metric(
    endpoint: str, namespace: str, name: str, variant: str | None = None, unit: str | None = None
) -> _Metric:
    """A metric of the whole endpoint, or of one variant, with the dimensions that SageMaker publishes."""
    dimensions = {"EndpointName": endpoint} | ({"VariantName": variant} if variant else {})
    return _Metric(
        namespace=namespace,
        metric_name=name,
        statistic="Average",
        unit=unit,
        dimensions=[_Dimension(name=key, value=value) for key, value in dimensions.items()],
    )
