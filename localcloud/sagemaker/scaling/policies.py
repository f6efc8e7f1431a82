"""Scaling policies. They are stored; nothing is scaled."""

import time

from localcloud.sagemaker.errors import AwsError
from localcloud.sagemaker.scaling.store import (
    Targets,
    is_on_target,
    not_found_error,
    page,
    require_members,
)
from localcloud.sagemaker.state import Members

# https://docs.aws.amazon.com/general/latest/gr/as-app.html
POLICIES_PER_TARGET = 50


def put_policy(targets: Targets, params: Members) -> Members:
    policies, name = targets.get(params).policies, params["PolicyName"]
    if name not in policies:
        require_members(params, "PolicyType")
        if len(policies) >= POLICIES_PER_TARGET:
            raise AwsError(
                "LimitExceededException", f"A target has at most {POLICIES_PER_TARGET} policies."
            )
        policies[name] = {
            "PolicyARN": targets.new_arn_on(params, "scalingPolicy", f"policyName/{name}"),
            "CreationTime": time.time(),
            "Alarms": [],
        }
    policies[name] |= params
    return {"PolicyARN": policies[name]["PolicyARN"], "Alarms": []}


def describe_policies(targets: Targets, params: Members) -> Members:
    names = params.get("PolicyNames")
    found = [
        policy
        for target in targets.all()
        for policy in target.policies.values()
        if is_on_target(policy, params) and (not names or policy["PolicyName"] in names)
    ]
    return page("ScalingPolicies", found, params)


def delete_policy(targets: Targets, params: Members) -> Members:
    policies, name = targets.get(params).policies, params["PolicyName"]
    if name not in policies:
        raise not_found_error(f"No scaling policy found with the name {name}")
    del policies[name]
    return {}
