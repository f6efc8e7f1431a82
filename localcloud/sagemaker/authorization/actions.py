"""Which IAM actions an operation needs, on which resources, under which condition keys.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from localcloud.sagemaker.iam.permissions import Call
from localcloud.sagemaker.state import Members, Region

ANY = "*"
_PACKAGE, _GROUP = "ModelPackage", "ModelPackageGroup"


def sagemaker_calls(operation: str, region: Region, params: Members) -> list[Call]:
    """What the caller of `operation` needs; what it needs of other services comes last."""
    context = _tags(params) | _conditions(params)
    action = f"sagemaker:{operation}"
    resources = _RESOURCES.get(operation, _by_name(operation))(region, params)
    calls = [Call(action, resource, context) for resource in resources]
    if operation.startswith("Create") and params.get("Tags"):
        # The service authorization reference names AddTags as an action that each Create depends on.
        tagging = _tags(params) | {"sagemaker:TaggingAction": operation}
        calls.append(Call("sagemaker:AddTags", resources[0], tagging))
    return calls + list(_passed_role(params))


def scaling_calls(operation: str, region: Region, params: Members) -> list[Call]:
    """Listing has no resources; the rest names a scalable target."""
    action = f"application-autoscaling:{operation}"
    if operation.startswith("Describe"):
        return [Call(action, ANY)]
    # A target's id is AWS's to give, and no request names it: only `scalable-target/*` can allow it.
    target = params.get("ResourceARN") or (
        f"arn:aws:application-autoscaling:{region.name}:{region.account}:scalable-target/*"
    )
    context = _tags(params) | {
        f"application-autoscaling:{key}": params[member]
        for key, member in (
            ("service-namespace", "ServiceNamespace"),
            ("scalable-dimension", "ScalableDimension"),
        )
        if member in params
    }
    calls = [Call(action, target, context)]
    if operation == "RegisterScalableTarget" and params.get("Tags"):
        calls.append(Call("application-autoscaling:TagResource", target, context))
    return calls


def _passed_role(params: Members) -> Iterator[Call]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    if role := params.get("ExecutionRoleArn"):
        yield Call("iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"})


def _by_name(operation: str) -> Callable[[Region, Members], list[str]]:
    """Of `DescribeEndpoint`: the endpoint that EndpointName names. A list has no resources."""
    kind = re.sub(r"^(Create|Describe|Update|Delete|Invoke)", "", operation)

    def resources(region: Region, params: Members) -> list[str]:
        name = params.get(f"{kind}Name")
        return [region.arn(kind, name)] if name else [ANY]

    return resources


def _endpoint(region: Region, params: Members) -> list[str]:
    return [region.arn("Endpoint", params["EndpointName"])]


def _endpoint_and_configuration(region: Region, params: Members) -> list[str]:
    configuration = region.arn("EndpointConfig", params["EndpointConfigName"])
    return [*_endpoint(region, params), configuration]


def _new_package(region: Region, params: Members) -> list[str]:
    """A version's group and the version itself, whose number is not yet known."""
    if group := params.get(f"{_GROUP}Name"):
        name = group.rpartition("/")[2]
        return [region.arn(_GROUP, name), region.arn(_PACKAGE, f"{name}/*")]
    return [region.arn(_PACKAGE, params.get(f"{_PACKAGE}Name", ANY))]


def _package(region: Region, params: Members) -> list[str]:
    name = params.get(f"{_PACKAGE}Arn") or params[f"{_PACKAGE}Name"]
    return [name if name.startswith("arn:") else region.arn(_PACKAGE, name)]


def _tagged(_: Region, params: Members) -> list[str]:
    return [params["ResourceArn"]]


_RESOURCES: dict[str, Callable[[Region, Members], list[str]]] = {
    "AddTags": _tagged,
    "BatchDescribeModelPackage": lambda _, params: list(params["ModelPackageArnList"]),
    "CreateEndpoint": _endpoint_and_configuration,
    "CreateModelPackage": _new_package,
    "DeleteModelPackage": _package,
    "DeleteTags": _tagged,
    "DescribeModelPackage": _package,
    "InvokeEndpoint": _endpoint,
    "InvokeEndpointAsync": _endpoint,
    "ListModelPackages": lambda region, _: [region.arn(_PACKAGE, ANY)],
    "ListTags": _tagged,
    "UpdateEndpoint": _endpoint_and_configuration,
    "UpdateEndpointWeightsAndCapacities": _endpoint,
    "UpdateModelPackage": _package,
}


def _conditions(params: Members) -> dict[str, Any]:
    """Those condition keys of SageMaker's that a request decides."""
    vpc = params.get("VpcConfig", {})
    variants = params.get("ProductionVariants", [])
    found = {
        "sagemaker:ModelApprovalStatus": params.get("ModelApprovalStatus"),
        "sagemaker:NetworkIsolation": params.get("EnableNetworkIsolation"),
        "sagemaker:VpcSubnets": vpc.get("Subnets"),
        "sagemaker:VpcSecurityGroupIds": vpc.get("SecurityGroupIds"),
        "sagemaker:VolumeKmsKey": params.get("KmsKeyId"),
        "sagemaker:InstanceTypes": [
            one["InstanceType"] for one in variants if "InstanceType" in one
        ],
        "sagemaker:CustomerMetadataPropertiesToRemove": params.get(
            "CustomerMetadataPropertiesToRemove"
        ),
    }
    metadata = params.get("CustomerMetadataProperties", {})
    found |= {f"sagemaker:CustomerMetadataProperties/{key}": metadata[key] for key in metadata}
    return {key: value for key, value in found.items() if value not in (None, [])}


def _tags(params: Members) -> dict[str, Any]:
    tags = params.get("Tags") or {}
    named = tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags}
    keys = [*named, *params.get("TagKeys", [])]
    return {f"aws:RequestTag/{key}": named[key] for key in named} | (
        {"aws:TagKeys": keys} if keys else {}
    )
