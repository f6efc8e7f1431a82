"""Scales an endpoint's variant on its CPU, by target tracking."""

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
from cdktf_cdktf_provider_aws.appautoscaling_target import AppautoscalingTarget
from constructs import Construct

from config import names
from config.instance_types import vcpus
from config.settings import Serving
from stacks.constructs.endpoint import RollingEndpoint

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"


class CpuAutoscaling(Construct):
    """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html"""

    def __init__(
        self, scope: Construct, id_: str, *, endpoint: RollingEndpoint, name: str, serving: Serving
    ) -> None:
        super().__init__(scope, id_)
        variant = f"endpoint/{name}/variant/{names.VARIANT}"
        target = AppautoscalingTarget(
            self,
            "target",
            count=endpoint.count,
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=variant,
            min_capacity=serving.instances.min,
            max_capacity=serving.instances.max,
            depends_on=[endpoint.endpoint],
        )
        AppautoscalingPolicy(
            self,
            "cpu",
            count=endpoint.count,
            name=f"{name}-cpu",
            policy_type="TargetTrackingScaling",
            service_namespace=NAMESPACE,
            scalable_dimension=DIMENSION,
            resource_id=variant,
            target_tracking_scaling_policy_configuration=_TargetTracking(
                # The metric is the sum over the instance's cores.
                target_value=serving.target_cpu_percent * vcpus(serving.instance_type),
                scale_in_cooldown=serving.scale_in_cooldown_seconds,
                scale_out_cooldown=serving.scale_out_cooldown_seconds,
                customized_metric_specification=_Metric(
                    namespace="/aws/sagemaker/Endpoints",
                    metric_name="CPUUtilization",
                    statistic="Average",
                    unit="Percent",
                    dimensions=[
                        _Dimension(name="EndpointName", value=name),
                        _Dimension(name="VariantName", value=names.VARIANT),
                    ],
                ),
            ),
            depends_on=[target],
        )
