"""Scales an endpoint's variant: on its CPU, on its requests, by the clock."""

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

from config import names
from config.instance_types import vcpus
from config.scaling import CpuScaling, InvocationScaling, ScheduledCapacity
from config.serving import RealTime
from stacks.constructs.endpoint import RollingEndpoint


class Autoscaling(Construct):
    """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html"""

    def __init__(
        self, scope: Construct, id_: str, *, endpoint: RollingEndpoint, name: str, serving: RealTime
    ) -> None:
        super().__init__(scope, id_)
        self._name = name
        self._place: dict[str, Any] = {
            "count": endpoint.count,
            "service_namespace": "sagemaker",
            "scalable_dimension": "sagemaker:variant:DesiredInstanceCount",
            "resource_id": f"endpoint/{name}/variant/{names.VARIANT}",
        }
        self._target = AppautoscalingTarget(
            self,
            "target",
            min_capacity=serving.instances.min,
            max_capacity=serving.instances.max,
            depends_on=[endpoint.endpoint],
            # What the clock has set, the next apply leaves alone.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["min_capacity", "max_capacity"])
            if serving.scaling.schedule
            else None,
            **self._place,
        )
        self._last: ITerraformDependable = self._target
        if serving.scaling.cpu:
            self._on_cpu(serving.scaling.cpu, serving.instance_type)
        if serving.scaling.invocations:
            self._on_invocations(serving.scaling.invocations)
        for number, capacity in enumerate(serving.scaling.schedule, start=1):
            self._by_the_clock(number, capacity)

    def _on_cpu(self, scaling: CpuScaling, instance_type: str) -> None:
        self._track(
            "cpu",
            _TargetTracking(
                # The metric is the sum over the instance's cores.
                target_value=scaling.target_percent * vcpus(instance_type),
                scale_in_cooldown=scaling.scale_in_cooldown_seconds,
                scale_out_cooldown=scaling.scale_out_cooldown_seconds,
                customized_metric_specification=_Metric(
                    namespace="/aws/sagemaker/Endpoints",
                    metric_name="CPUUtilization",
                    statistic="Average",
                    unit="Percent",
                    dimensions=[
                        _Dimension(name="EndpointName", value=self._name),
                        _Dimension(name="VariantName", value=names.VARIANT),
                    ],
                ),
            ),
        )

    def _on_invocations(self, scaling: InvocationScaling) -> None:
        self._track(
            "invocations",
            _TargetTracking(
                target_value=scaling.target_per_minute,
                scale_in_cooldown=scaling.scale_in_cooldown_seconds,
                scale_out_cooldown=scaling.scale_out_cooldown_seconds,
                predefined_metric_specification=_Predefined(
                    predefined_metric_type="SageMakerVariantInvocationsPerInstance"
                ),
            ),
        )

    def _track(self, id_: str, tracking: _TargetTracking) -> None:
        # One after the other: AWS refuses changes to one target at the same time.
        self._last = AppautoscalingPolicy(
            self,
            id_,
            name=f"{self._name}-{id_}",
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration=tracking,
            depends_on=[self._last],
            **self._place,
        )

    def _by_the_clock(self, number: int, capacity: ScheduledCapacity) -> None:
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
            **self._place,
        )
