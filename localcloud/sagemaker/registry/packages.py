"""Model packages: versions of a group, with an approval status, and unversioned packages."""

import time
from typing import Any

from botocore.model import OperationModel

from localcloud.sagemaker.errors import AwsError
from localcloud.sagemaker.events import send_package_event
from localcloud.sagemaker.registry.groups import (
    GROUP,
    PACKAGE,
    group_name,
    is_in_group,
    take_next_version,
)
from localcloud.sagemaker.resources import list_resources, shape_members, to_output
from localcloud.sagemaker.state import Members, Region, Resource

# A member that the service model does not have; Describe does not return it.
_REQUEST = "_Request"
_METADATA = "CustomerMetadataProperties"
_TOKEN = "ClientToken"  # noqa: S105 -- a member's name


def create_package(operation: OperationModel, region: Region, params: Members) -> Members:
    """Create a model package. The same request with the same ClientToken returns the same version.

    AWS does not document what happens if another request has the ClientToken. Here it is refused, as in EC2:
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
    """
    token = params.get(_TOKEN)
    for package in region.of_kind(PACKAGE):
        if token and token == package.members.get(_TOKEN):
            if package.members[_REQUEST] != params:
                raise AwsError(
                    "ConflictException", f"The ClientToken {token} was used with other parameters."
                )
            return to_output(package, operation.output_shape)
    status = {
        _REQUEST: dict(params),
        f"{PACKAGE}Status": "Completed",
        f"{PACKAGE}StatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
    }
    if f"{GROUP}Name" in params:
        return to_output(_add_version(region, params | status), operation.output_shape)
    name = params[f"{PACKAGE}Name"]
    return to_output(region.add(PACKAGE, name, params | status), operation.output_shape)


def _add_version(region: Region, members: Members) -> Resource:
    group = region.get(GROUP, members[f"{GROUP}Name"])
    version = take_next_version(group)
    package = region.add(
        PACKAGE,
        f"{group_name(group)}/{version}",
        {"ModelApprovalStatus": "PendingManualApproval"}
        | members
        | {f"{GROUP}Name": group_name(group), f"{PACKAGE}Version": version},
    )
    send_package_event(region, package)
    return package


def update_package(operation: OperationModel, region: Region, params: Members) -> Members:
    package = region.get(PACKAGE, params[f"{PACKAGE}Arn"])
    # The token of CreateModelPackage stays: a repeated request has that one.
    changed = {name: value for name, value in params.items() if name != _TOKEN}
    if _METADATA in params or f"{_METADATA}ToRemove" in params:
        metadata = package.members.get(_METADATA, {}) | params.get(_METADATA, {})
        removed = params.get(f"{_METADATA}ToRemove", [])
        changed[_METADATA] = {key: metadata[key] for key in metadata if key not in removed}
    package.update(changed)
    send_package_event(
        region, package, updated=[name for name in changed if name != f"{PACKAGE}Arn"]
    )
    return to_output(package, operation.output_shape)


def list_packages(operation: OperationModel, region: Region, params: Members) -> Members:
    """List the versions of a group or, without a group, unversioned packages; new ones perhaps not yet."""
    latest_creation = time.time() - region.behaviour.unlisted_seconds
    packages = [
        package
        for package in region.of_kind(PACKAGE)
        if package.members["CreationTime"] <= latest_creation
    ]
    if f"{GROUP}Name" in params:
        group = region.get(GROUP, params.pop(f"{GROUP}Name"))
        packages = [package for package in packages if is_in_group(package, group)]
    else:
        packages = [package for package in packages if f"{GROUP}Name" not in package.members]
    return list_resources(operation, PACKAGE, packages, params)


def describe_packages(operation: OperationModel, region: Region, params: Members) -> Members:
    summaries: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    shape = shape_members(operation.output_shape)["ModelPackageSummaries"].value
    for arn in params["ModelPackageArnList"]:
        try:
            summaries[arn] = to_output(region.get(PACKAGE, arn), shape)
        except AwsError as error:
            errors[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
    return {"ModelPackageSummaries": summaries, "BatchDescribeModelPackageErrorMap": errors}
