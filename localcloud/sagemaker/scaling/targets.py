"""Scalable targets and their tags."""

import time
import uuid

from localcloud.sagemaker.errors import AwsError, validation_error
from localcloud.sagemaker.scaling.store import Target, Targets, is_on_target, page, require_members
from localcloud.sagemaker.state import Members, Region

# https://docs.aws.amazon.com/general/latest/gr/as-app.html
TAGS_PER_TARGET = 50
_ROLE = "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
_NOT_SUSPENDED = {
    "DynamicScalingInSuspended": False,
    "DynamicScalingOutSuspended": False,
    "ScheduledScalingSuspended": False,
}


def register_target(targets: Targets, params: Members) -> Members:
    """Register a target. Of a registered one, change the members of the request and keep the others."""
    tags = params.pop("Tags", {})
    if targets.find(params) is None:
        require_members(params, "MinCapacity", "MaxCapacity")
        _require_variant(targets.region, params["ResourceId"])
        targets.add(Target(_new_members(targets, params), tags))
    elif tags:
        raise validation_error("TagResource, not RegisterScalableTarget, tags an existing target.")
    target = targets.get(params)
    bounds = target.members | params
    if bounds["MinCapacity"] > bounds["MaxCapacity"]:
        raise validation_error("Maximum capacity cannot be less than minimum capacity.")
    suspended = target.members["SuspendedState"] | params.pop("SuspendedState", {})
    target.members |= params | {"SuspendedState": suspended}
    return {"ScalableTargetARN": target.members["ScalableTargetARN"]}


def describe_targets(targets: Targets, params: Members) -> Members:
    ids = params.get("ResourceIds")
    found = [
        target.members
        for target in targets.all()
        if is_on_target(target.members, params) and (not ids or target.members["ResourceId"] in ids)
    ]
    return page("ScalableTargets", found, params)


def deregister_target(targets: Targets, params: Members) -> Members:
    targets.remove(params)
    return {}


def list_tags(targets: Targets, params: Members) -> Members:
    return {"Tags": targets.get_by_arn(params["ResourceARN"]).tags}


def tag_target(targets: Targets, params: Members) -> Members:
    target = targets.get_by_arn(params["ResourceARN"])
    if len(target.tags | params["Tags"]) > TAGS_PER_TARGET:
        raise AwsError(
            "TooManyTagsException", f"A scalable target has at most {TAGS_PER_TARGET} tags."
        )
    target.tags |= params["Tags"]
    return {}


def untag_target(targets: Targets, params: Members) -> Members:
    target = targets.get_by_arn(params["ResourceARN"])
    for key in params["TagKeys"]:
        target.tags.pop(key, None)
    return {}


def _new_members(targets: Targets, params: Members) -> Members:
    """The members of a new target that AWS adds to the key members of the request."""
    namespace = params["ServiceNamespace"]
    role = f"aws-service-role/{namespace}.application-autoscaling.amazonaws.com/{_ROLE}"
    return {
        "ServiceNamespace": namespace,
        "ResourceId": params["ResourceId"],
        "ScalableDimension": params["ScalableDimension"],
        "ScalableTargetARN": targets.arn(
            "application-autoscaling", f"scalable-target/{uuid.uuid4().hex[:26]}"
        ),
        "RoleARN": f"arn:aws:iam::{targets.region.account}:role/{role}",
        "CreationTime": time.time(),
        "SuspendedState": _NOT_SUSPENDED,
    }


def _require_variant(region: Region, resource_id: str) -> None:
    """Raises ValidationException if a resource id names an endpoint's variant that does not exist."""
    parts = resource_id.split("/")
    if parts[0] != "endpoint":
        return
    endpoint = region.get("Endpoint", parts[1])
    variants = [each["VariantName"] for each in endpoint.members.get("ProductionVariants", [])]
    if parts[-1] not in variants:
        raise validation_error(f"Could not find variant {parts[-1]}.")
    _require_not_burstable(region, endpoint.members["EndpointConfigName"], parts[-1])


def _require_not_burstable(region: Region, configuration: str, name: str) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-console.html (step 7)"""
    config = region.resources.get(region.arn("EndpointConfig", configuration))
    for variant in config.members["ProductionVariants"] if config else []:
        instance_type = variant.get("InstanceType", "")
        if variant["VariantName"] == name and instance_type.startswith("ml.t"):
            raise validation_error(
                f"Automatic scaling is not supported for {instance_type}, which is burstable."
            )
