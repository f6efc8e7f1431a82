"""Model package groups: each numbers its versions."""

from botocore.model import OperationModel

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.resources import to_output
from localcloud.sagemaker.state import Members, Region, Resource

GROUP = "ModelPackageGroup"
PACKAGE = "ModelPackage"
# A member that the service model does not have; Describe does not return it.
_LAST_VERSION = "_LastVersion"


def create_group(operation: OperationModel, region: Region, params: Members) -> Members:
    group = region.add(GROUP, params[f"{GROUP}Name"], params | {f"{GROUP}Status": "Completed"})
    group.members |= {"CreatedBy": {}, _LAST_VERSION: 0}
    return to_output(group, operation.output_shape)


def delete_group(operation: OperationModel, region: Region, params: Members) -> Members:
    group = region.get(GROUP, params[f"{GROUP}Name"])
    if any(is_in_group(package, group) for package in region.of_kind(PACKAGE)):
        raise validation_error(
            f"{GROUP} {group.arn} cannot be deleted: it contains model packages."
        )
    region.remove(group)
    return {}


def take_next_version(group: Resource) -> int:
    """The number of a new version. A number is never used again, even if the newest version is deleted."""
    group.members[_LAST_VERSION] += 1
    version: int = group.members[_LAST_VERSION]
    return version


def is_in_group(package: Resource, group: Resource) -> bool:
    return bool(package.members.get(f"{GROUP}Name") == group_name(group))


def group_name(group: Resource) -> str:
    name: str = group.members[f"{GROUP}Name"]
    return name
