"""The operations of Application Auto Scaling, and the function of each."""

from collections.abc import Callable

from localcloud.sagemaker.errors import unknown_operation_error
from localcloud.sagemaker.scaling import policies, scheduled_actions, targets
from localcloud.sagemaker.scaling.store import Targets
from localcloud.sagemaker.state import Members, Region

_HANDLERS: dict[str, Callable[[Targets, Members], Members]] = {
    "RegisterScalableTarget": targets.register_target,
    "DescribeScalableTargets": targets.describe_targets,
    "DeregisterScalableTarget": targets.deregister_target,
    "PutScalingPolicy": policies.put_policy,
    "DescribeScalingPolicies": policies.describe_policies,
    "DeleteScalingPolicy": policies.delete_policy,
    "PutScheduledAction": scheduled_actions.put_action,
    "DescribeScheduledActions": scheduled_actions.describe_actions,
    "DeleteScheduledAction": scheduled_actions.delete_action,
    "ListTagsForResource": targets.list_tags,
    "TagResource": targets.tag_target,
    "UntagResource": targets.untag_target,
}


class Scaling:
    """Application Auto Scaling of one account in one region. Nothing is ever scaled."""

    def __init__(self, region: Region) -> None:
        self.targets = Targets(region)

    def perform(self, operation: str, params: Members) -> Members:
        """The response to a request; `operation` is its name, such as `PutScalingPolicy`."""
        if operation not in _HANDLERS:
            raise unknown_operation_error(operation)
        return _HANDLERS[operation](self.targets, params)
