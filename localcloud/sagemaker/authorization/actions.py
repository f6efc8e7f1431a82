"""The IAM actions of an operation, with their resources and condition keys.

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
    """The calls that the caller of `operation` must be allowed to make."""
    context = _tags(params) | _conditions(params)
    action = f"sagemaker:{operation}"
    resources = _RESOURCES.get(operation, _resources_by_name(operation))(region, params)
    calls = [Call(action, resource, context) for resource in resources]
    if operation.startswith("Create") and params.get("Tags"):
        # The service authorization reference names AddTags as a dependent action of each Create.
        tagging = _tags(params) | {"sagemaker:TaggingAction": operation}
        calls.append(Call("sagemaker:AddTags", resources[0], tagging))
    return calls + list(_pass_role_calls(params))


def scaling_calls(operation: str, region: Region, params: Members) -> list[Call]:
    """The calls of an operation of Application Auto Scaling. Describe operations have no resource."""
    action = f"application-autoscaling:{operation}"
    if operation.startswith("Describe"):
        return [Call(action, ANY)]
    # AWS generates a target's id, and requests do not name it: only `scalable-target/*` matches.
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


def _pass_role_calls(params: Members) -> Iterator[Call]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html"""
    if role := params.get("ExecutionRoleArn"):
        yield Call("iam:PassRole", role, {"iam:PassedToService": "sagemaker.amazonaws.com"})


def _resources_by_name(operation: str) -> Callable[[Region, Members], list[str]]:
    """The resources of an operation such as DescribeEndpoint: the one that EndpointName names, or `*`."""
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
    """The group of a new version, and the version, whose number is not known yet."""
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
    """The condition keys of SageMaker that depend on the request."""
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
