"""What AWS's pages say of a request beyond its shapes: which members exclude, need or bound one another.

Each module names the pages of its operations. AWS documents the rules and seldom the words: the code is
AWS's, the message is ours unless a comment says where AWS's is quoted.
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

_OF_ALL: tuple[Rule, ...] = (tags.check, pages.check)
_RULES: dict[str, Rule] = {
    "CreateModel": models.check,
    "CreateEndpointConfig": configurations.check,
    "CreateEndpoint": deployments.check_created,
    "UpdateEndpoint": deployments.check,
    "UpdateEndpointWeightsAndCapacities": deployments.check_weights,
    "CreateModelPackage": packages.check_created,
    "UpdateModelPackage": packages.check_updated,
    "AddTags": tags.check_added,
    "RegisterScalableTarget": scaling.check_target,
    "PutScalingPolicy": scaling.check_policy,
    "PutScheduledAction": scaling.check_action,
    "DescribeScalableTargets": scaling.check_described,
    "DescribeScalingPolicies": scaling.check_described,
    "DescribeScheduledActions": scaling.check_described,
}


def check(operation: str, region: Region, params: Members) -> None:
    """Raises the AwsError that AWS answers with; the first one found."""
    for rule in _OF_ALL:
        rule(region, params)
    if operation in _RULES:
        _RULES[operation](region, params)
