"""AWS's documented rules for requests beyond the shapes: members that exclude, require or limit one another.

Each module names the pages of its operations. AWS documents the rules but usually not the messages: error
codes are AWS's; messages are our own, unless a comment names the source of AWS's message.
"""

from collections.abc import Callable

from localcloud.sagemaker.rules import (
    configurations,
    deployments,
    models,
    packages,
    pages,
    scaling,
    tags,
)
from localcloud.sagemaker.state import Members, Region

Rule = Callable[[Region, Members], None]

_RULES_OF_ALL: tuple[Rule, ...] = (tags.check_tags, pages.check_token)
_RULES: dict[str, Rule] = {
    "CreateModel": models.check_model,
    "CreateEndpointConfig": configurations.check_config,
    "CreateEndpoint": deployments.check_new_endpoint,
    "UpdateEndpoint": deployments.check_deployment,
    "UpdateEndpointWeightsAndCapacities": deployments.check_weights,
    "CreateModelPackage": packages.check_new_package,
    "UpdateModelPackage": packages.check_update,
    "AddTags": tags.check_count,
    "RegisterScalableTarget": scaling.check_target,
    "PutScalingPolicy": scaling.check_policy,
    "PutScheduledAction": scaling.check_action,
    "DescribeScalableTargets": scaling.check_list,
    "DescribeScalingPolicies": scaling.check_list,
    "DescribeScheduledActions": scaling.check_list,
}


def check_request(operation: str, region: Region, params: Members) -> None:
    """Raises AwsError, with AWS's code, for the first rule that the request breaks."""
    for rule in _RULES_OF_ALL:
        rule(region, params)
    if operation in _RULES:
        _RULES[operation](region, params)
