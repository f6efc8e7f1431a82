"""The Model Registry: groups of numbered versions, each with a verdict."""

import time
from typing import Any

from botocore.model import OperationModel

from localcloud.sagemaker.errors import AwsError, invalid
from localcloud.sagemaker.events import package_changed
from localcloud.sagemaker.resources import listed, members_of, shown
from localcloud.sagemaker.state import Members, Region, Resource

GROUP = "ModelPackageGroup"
PACKAGE = "ModelPackage"
# Kept beside what the service model knows; Describe does not show them.
_LAST_VERSION = "_LastVersion"
_REQUEST = "_Request"
_METADATA = "CustomerMetadataProperties"
_TOKEN = "ClientToken"  # noqa: S105 -- a member's name


def create_group(operation: OperationModel, region: Region, params: Members) -> Members:
    group = region.add(GROUP, params[f"{GROUP}Name"], params | {f"{GROUP}Status": "Completed"})
    group.members |= {"CreatedBy": {}, _LAST_VERSION: 0}
    return shown(group, operation.output_shape)


def delete_group(operation: OperationModel, region: Region, params: Members) -> Members:
    group = region.get(GROUP, params[f"{GROUP}Name"])
    if any(_belongs(package, group) for package in region.of_kind(PACKAGE)):
        raise invalid(f"{GROUP} {group.arn} cannot be deleted: it contains model packages.")
    region.remove(group)
    return {}


def create_package(operation: OperationModel, region: Region, params: Members) -> Members:
    """The same ClientToken once more is the same version, not a new one, if all else is the same, too.

    AWS does not document what happens if something else differs. It is refused here, as by other services:
    https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
    """
    token = params.get(_TOKEN)
    for package in region.of_kind(PACKAGE):
        if token and token == package.members.get(_TOKEN):
            if package.members[_REQUEST] != params:
                raise AwsError(
                    "ConflictException", f"The token {token} came with other parameters."
                )
            return shown(package, operation.output_shape)
    status = {
        _REQUEST: dict(params),
        f"{PACKAGE}Status": "Completed",
        f"{PACKAGE}StatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []},
    }
    if f"{GROUP}Name" in params:
        return shown(_add_version(region, params | status), operation.output_shape)
    name = params[f"{PACKAGE}Name"]
    return shown(region.add(PACKAGE, name, params | status), operation.output_shape)


def _add_version(region: Region, members: Members) -> Resource:
    group = region.get(GROUP, members[f"{GROUP}Name"])
    # Numbers are never used again, even if the newest version is deleted.
    group.members[_LAST_VERSION] += 1
    version = group.members[_LAST_VERSION]
    package = region.add(
        PACKAGE,
        f"{_name(group)}/{version}",
        {"ModelApprovalStatus": "PendingManualApproval"}
        | members
        | {f"{GROUP}Name": _name(group), f"{PACKAGE}Version": version},
    )
    package_changed(region, package)
    return package


def update_package(operation: OperationModel, region: Region, params: Members) -> Members:
    package = region.get(PACKAGE, params[f"{PACKAGE}Arn"])
    # The token of the creation stays: that is the one that may come again.
    changed = {name: value for name, value in params.items() if name != _TOKEN}
    if _METADATA in params or f"{_METADATA}ToRemove" in params:
        metadata = package.members.get(_METADATA, {}) | params.get(_METADATA, {})
        gone = params.get(f"{_METADATA}ToRemove", [])
        changed[_METADATA] = {key: metadata[key] for key in metadata if key not in gone}
    package.update(changed)
    package_changed(region, package, updated=[name for name in changed if name != f"{PACKAGE}Arn"])
    return shown(package, operation.output_shape)


def list_packages(operation: OperationModel, region: Region, params: Members) -> Members:
    """Without a group, only packages that belong to none. A new one may not be listed yet."""
    listed_until = time.time() - region.behaviour.unlisted_seconds
    packages = [
        package
        for package in region.of_kind(PACKAGE)
        if package.members["CreationTime"] <= listed_until
    ]
    if f"{GROUP}Name" in params:
        group = region.get(GROUP, params.pop(f"{GROUP}Name"))
        packages = [package for package in packages if _belongs(package, group)]
    else:
        packages = [package for package in packages if f"{GROUP}Name" not in package.members]
    return listed(operation, PACKAGE, packages, params)


def describe_packages(operation: OperationModel, region: Region, params: Members) -> Members:
    summaries: dict[str, Any] = {}
    errors: dict[str, Any] = {}
    shape = members_of(operation.output_shape)["ModelPackageSummaries"].value
    for arn in params["ModelPackageArnList"]:
        try:
            summaries[arn] = shown(region.get(PACKAGE, arn), shape)
        except AwsError as error:
            errors[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
    return {"ModelPackageSummaries": summaries, "BatchDescribeModelPackageErrorMap": errors}


def _belongs(package: Resource, group: Resource) -> bool:
    return bool(package.members.get(f"{GROUP}Name") == _name(group))


def _name(group: Resource) -> str:
    name: str = group.members[f"{GROUP}Name"]
    return name
