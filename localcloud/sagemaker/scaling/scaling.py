"""Application Auto Scaling: targets, and the policies and schedules on them. Nothing is ever scaled."""

import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from botocore import xform_name

from localcloud.sagemaker.errors import AwsError, invalid, unknown_operation
from localcloud.sagemaker.state import Members, Region

PAGE = 50
# https://docs.aws.amazon.com/general/latest/gr/as-app.html
POLICIES_OF_A_TARGET = 50
TAGS_OF_A_TARGET = 50
_ROLE = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
_AWAKE = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}

Place = tuple[str, str, str]


@dataclass
class Target:
    members: Members
    tags: dict[str, str]
    policies: dict[str, Members] = field(default_factory=dict)
    actions: dict[str, Members] = field(default_factory=dict)


class Scaling:
    """The targets of one account and region, by namespace, resource and dimension."""

    def __init__(self, region: Region) -> None:
        self._region = region
        self.targets: dict[Place, Target] = {}

    def add(self, target: Target) -> None:
        self.targets[_place(target.members)] = target
        self._region.scalable.add(target.members["ResourceId"])

    def perform(self, operation: str, params: Members) -> Members:
        handler = getattr(self, xform_name(operation), None)
        if not handler:
            raise unknown_operation(operation)
        answer: Members = handler(params)
        return answer

    def register_scalable_target(self, params: Members) -> Members:
        """Registering once more changes what is given and keeps the rest."""
        place = _place(params)
        tags = params.pop("Tags", {})
        if place not in self.targets:
            _require(params, "MinCapacity", "MaxCapacity")
            self._require_endpoint(params["ResourceId"])
            self.targets[place] = Target(self._fresh(params["ServiceNamespace"]), tags)
            self._region.scalable.add(params["ResourceId"])
        elif tags:
            raise invalid("An existing scalable target is tagged by TagResource.")
        target = self.targets[place]
        bounds = target.members | params
        if bounds["MinCapacity"] > bounds["MaxCapacity"]:
            raise invalid("Maximum capacity cannot be less than minimum capacity.")
        asleep = target.members["SuspendedState"] | params.pop("SuspendedState", {})
        target.members |= params | {"SuspendedState": asleep}
        return {"ScalableTargetARN": target.members["ScalableTargetARN"]}

    def describe_scalable_targets(self, params: Members) -> Members:
        ids = params.get("ResourceIds")
        targets = [
            target.members
            for target in self.targets.values()
            if _fits(target.members, params) and (not ids or target.members["ResourceId"] in ids)
        ]
        return _page("ScalableTargets", targets, params)

    def deregister_scalable_target(self, params: Members) -> Members:
        self._target(params)
        del self.targets[_place(params)]
        self._region.scalable.discard(params["ResourceId"])
        return {}

    def put_scaling_policy(self, params: Members) -> Members:
        policies, name = self._target(params).policies, params["PolicyName"]
        if name not in policies:
            _require(params, "PolicyType")
            if len(policies) >= POLICIES_OF_A_TARGET:
                raise AwsError(
                    "LimitExceededException",
                    f"A target has at most {POLICIES_OF_A_TARGET} policies.",
                )
            policies[name] = {
                "PolicyARN": self._arn_on(params, "scalingPolicy", f"policyName/{name}"),
                "CreationTime": time.time(),
                "Alarms": [],
            }
        policies[name] |= params
        return {"PolicyARN": policies[name]["PolicyARN"], "Alarms": []}

    def describe_scaling_policies(self, params: Members) -> Members:
        names = params.get("PolicyNames")
        policies = [
            policy
            for target in self.targets.values()
            for policy in target.policies.values()
            if _fits(policy, params) and (not names or policy["PolicyName"] in names)
        ]
        return _page("ScalingPolicies", policies, params)

    def delete_scaling_policy(self, params: Members) -> Members:
        policies = self._target(params).policies
        if params["PolicyName"] not in policies:
            raise _missing(f"No scaling policy found with the name {params['PolicyName']}")
        del policies[params["PolicyName"]]
        return {}

    def put_scheduled_action(self, params: Members) -> Members:
        """Putting once more changes what is given and keeps the rest, but for times that are not given."""
        actions, name = self._target(params).actions, params["ScheduledActionName"]
        if name not in actions:
            _require(params, "Schedule")
            arn = self._arn_on(params, "scheduledAction", f"scheduledActionName/{name}")
            actions[name] = {"ScheduledActionARN": arn, "CreationTime": time.time()}
        for time_ in ("StartTime", "EndTime"):
            actions[name].pop(time_, None)
        actions[name] |= params
        return {}

    def describe_scheduled_actions(self, params: Members) -> Members:
        names = params.get("ScheduledActionNames")
        actions = [
            action
            for target in self.targets.values()
            for action in target.actions.values()
            if _fits(action, params) and (not names or action["ScheduledActionName"] in names)
        ]
        return _page("ScheduledActions", actions, params)

    def delete_scheduled_action(self, params: Members) -> Members:
        actions = self._target(params).actions
        if params["ScheduledActionName"] not in actions:
            raise _missing(
                f"No scheduled action found with the name {params['ScheduledActionName']}"
            )
        del actions[params["ScheduledActionName"]]
        return {}

    def list_tags_for_resource(self, params: Members) -> Members:
        return {"Tags": self._tagged(params).tags}

    def tag_resource(self, params: Members) -> Members:
        target = self._tagged(params)
        if len(target.tags | params["Tags"]) > TAGS_OF_A_TARGET:
            raise AwsError(
                "TooManyTagsException", f"A scalable target has at most {TAGS_OF_A_TARGET} tags."
            )
        target.tags |= params["Tags"]
        return {}

    def untag_resource(self, params: Members) -> Members:
        for key in params["TagKeys"]:
            self._tagged(params).tags.pop(key, None)
        return {}

    def _require_endpoint(self, resource_id: str) -> None:
        parts = resource_id.split("/")
        if parts[0] == "endpoint":
            endpoint = self._region.get("Endpoint", parts[1])
            variants = [
                each["VariantName"] for each in endpoint.members.get("ProductionVariants", [])
            ]
            if parts[-1] not in variants:
                raise invalid(f"Could not find variant {parts[-1]}.")
            self._require_no_burstable(endpoint.members["EndpointConfigName"], parts[-1])

    def _require_no_burstable(self, configuration: str, name: str) -> None:
        """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html (step 7)"""
        config = self._region.resources.get(self._region.arn("EndpointConfig", configuration))
        for variant in config.members["ProductionVariants"] if config else []:
            if variant["VariantName"] == name and variant.get("InstanceType", "").startswith(
                "ml.t"
            ):
                raise invalid(
                    f"Automatic scaling is not supported for {variant['InstanceType']}, which is burstable."
                )

    def _fresh(self, namespace: str) -> Members:
        role = f"aws-service-role/{namespace}.application-autoscaling.amazonaws.com/{_ROLE}"
        return {
            "ScalableTargetARN": self._arn(
                "application-autoscaling", f"scalable-target/{uuid.uuid4().hex[:26]}"
            ),
            "RoleARN": f"arn:aws:iam::{self._region.account}:role/{role}",
            "CreationTime": time.time(),
            "SuspendedState": _AWAKE,
        }

    def _arn_on(self, params: Members, kind: str, name: str) -> str:
        place = f"resource/{params['ServiceNamespace']}/{params['ResourceId']}"
        return self._arn("autoscaling", f"{kind}:{uuid.uuid4()}:{place}:{name}")

    def _arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self._region.name}:{self._region.account}:{rest}"

    def _target(self, params: Members) -> Target:
        place = _place(params)
        if place not in self.targets:
            namespace, resource, dimension = place
            raise _missing(
                f"No scalable target registered for service namespace: {namespace}, "
                f"resource ID: {resource}, scalable dimension: {dimension}"
            )
        return self.targets[place]

    def _tagged(self, params: Members) -> Target:
        arn = params["ResourceARN"]
        for target in self.targets.values():
            if target.members["ScalableTargetARN"] == arn:
                return target
        raise AwsError("ResourceNotFoundException", f"The resource {arn} doesn't exist")


def _require(params: Members, *names: str) -> None:
    if absent := [name for name in names if name not in params]:
        raise invalid(f"{absent[0]} is required for what does not exist yet.")


def _missing(message: str) -> AwsError:
    return AwsError("ObjectNotFoundException", message)


def _place(params: Members) -> Place:
    return params["ServiceNamespace"], params["ResourceId"], params["ScalableDimension"]


def _fits(members: Members, params: Members) -> bool:
    keys = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    return all(params.get(key, members[key]) == members[key] for key in keys)


def _page(name: str, items: list[Any], params: Members) -> Members:
    start = int(params.get("NextToken", 0))
    end = start + params.get("MaxResults", PAGE)
    return {name: items[start:end]} | ({"NextToken": str(end)} if end < len(items) else {})
