"""How SageMaker shifts an endpoint to a new configuration, and when it rolls back.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html
"""

from collections.abc import Sequence
from math import ceil

from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfig as DeploymentConfig,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfigAutoRollbackConfiguration as _AutoRollback,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfigAutoRollbackConfigurationAlarms as _Alarm,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfigBlueGreenUpdatePolicy as _BlueGreen,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfiguration as _Traffic,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfigurationCanarySize as _CanarySize,  # noqa: E501
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfigurationLinearStepSize as _StepSize,  # noqa: E501
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfigRollingUpdatePolicy as _RollingUpdate,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpointDeploymentConfigRollingUpdatePolicyMaximumBatchSize as _BatchSize,
)

from config.schema.rollout import AllAtOnce, Canary, Linear, Rolling, Rollout

_PERCENT = "CAPACITY_PERCENT"
# The time for instances to start: the largest `startup_timeout_seconds`.
_START_SECONDS = 3600
# SageMaker allows 28,800 s; Terraform's provider 5.100 allows this.
# https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/sagemaker/endpoint.go
_LONGEST_SECONDS = 14_400


def deployment_config(rollout: Rollout, alarms: Sequence[str]) -> DeploymentConfig:
    """The rollback block is always set: Terraform replaces an endpoint to which it is added later."""
    rollback = _AutoRollback(alarms=[_Alarm(alarm_name=name) for name in alarms])
    if isinstance(rollout, Rolling):
        return DeploymentConfig(
            auto_rollback_configuration=rollback,
            rolling_update_policy=_RollingUpdate(
                maximum_batch_size=_BatchSize(type=_PERCENT, value=rollout.batch_percent),
                wait_interval_in_seconds=rollout.interval_minutes * 60,
                maximum_execution_timeout_in_seconds=_timeout_seconds(rollout),
            ),
        )
    return DeploymentConfig(
        auto_rollback_configuration=rollback, blue_green_update_policy=_blue_green(rollout)
    )


def _blue_green(rollout: AllAtOnce | Canary | Linear) -> _BlueGreen:
    """The old instances keep running for one more bake after the last step, and can take over again."""
    match rollout:
        case AllAtOnce():
            bake = rollout.bake_minutes * 60
            # SageMaker requires an interval, although there are no steps.
            traffic = _Traffic(type="ALL_AT_ONCE", wait_interval_in_seconds=0)
        case Canary():
            bake = rollout.bake_minutes * 60
            traffic = _Traffic(
                type="CANARY",
                wait_interval_in_seconds=bake,
                canary_size=_CanarySize(type=_PERCENT, value=rollout.percent),
            )
        case Linear():
            bake = rollout.interval_minutes * 60
            traffic = _Traffic(
                type="LINEAR",
                wait_interval_in_seconds=bake,
                linear_step_size=_StepSize(type=_PERCENT, value=rollout.step_percent),
            )
    return _BlueGreen(
        traffic_routing_configuration=traffic,
        termination_wait_in_seconds=bake,
        maximum_execution_timeout_in_seconds=_timeout_seconds(rollout),
    )


def _timeout_seconds(rollout: Rollout) -> int:
    """The time after which SageMaker fails a roll: for its bakes, and for each batch of instances to start.

    AWS documents a range and no default: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html
    """
    starts = ceil(100 / rollout.batch_percent) if isinstance(rollout, Rolling) else 1
    return min(rollout.minutes * 60 + starts * _START_SECONDS, _LONGEST_SECONDS)
