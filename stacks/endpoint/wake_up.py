"""Scales an asynchronous endpoint out from no instances: with none, there is no backlog per instance.

https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html
"""

from collections.abc import Mapping
from typing import Any

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicy,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyStepScalingPolicyConfiguration as _StepScaling,
)
from cdktf_cdktf_provider_aws.appautoscaling_policy import (
    AppautoscalingPolicyStepScalingPolicyConfigurationStepAdjustment as _Step,
)
from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from constructs import Construct

from stacks.constructs.address import address


class WakeUp(Construct):
    """Adds the first instance when a request waits; target tracking adds the others."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        endpoint: str,
        target: Mapping[str, Any],
        after: ITerraformDependable,
    ) -> None:
        """`target` holds the arguments that every policy of the scalable target has."""
        super().__init__(scope, id_)
        policy = AppautoscalingPolicy(
            self,
            "policy",
            name=f"{endpoint}-wake-up",
            policy_type="StepScaling",
            step_scaling_policy_configuration=_StepScaling(
                adjustment_type="ChangeInCapacity",
                metric_aggregation_type="Average",
                cooldown=300,
                step_adjustment=[_Step(metric_interval_lower_bound="0", scaling_adjustment=1)],
            ),
            depends_on=[after],
            **target,
        )
        CloudwatchMetricAlarm(
            self,
            "alarm",
            count=target["count"],
            alarm_name=f"{endpoint}-wake-up",
            namespace="AWS/SageMaker",
            metric_name="HasBacklogWithoutCapacity",
            dimensions={"EndpointName": endpoint},
            statistic="Average",
            period=60,
            evaluation_periods=2,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            alarm_actions=[f"${{{address(policy)}[0].arn}}"],
        )
