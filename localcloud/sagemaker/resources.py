"""The operations of resources without rules of their own, derived from botocore's service model.

Create stores the request, Describe returns the stored members that the output shape has, Update merges,
Delete removes, List filters, sorts and pages.
"""

import re
from collections.abc import Iterable
from typing import Any

from botocore.model import OperationModel, Shape, StructureShape

from localcloud.sagemaker.errors import unknown_operation_error
from localcloud.sagemaker.state import Members, Region, Resource

PAGE = 10
# Only these lists start with the oldest resource.
_OLDEST_FIRST = {"ModelPackage", "ModelPackageGroup"}


def perform(operation: OperationModel, region: Region, params: Members) -> Members:
    verb, kind = _split(operation)
    if verb == "List":
        return list_resources(operation, kind, region.of_kind(kind), params)
    name = params[f"{kind}Name"]
    if verb == "Create":
        return to_output(region.add(kind, name, params), operation.output_shape)
    resource = region.get(kind, name)
    if verb == "Update":
        resource.update(params)
    elif verb == "Delete":
        region.remove(resource)
    return to_output(resource, operation.output_shape)


def to_output(resource: Resource, shape: Shape | None) -> Members:
    """The members of the resource that an output shape, or the shape of a summary, has."""
    names = shape_members(shape)
    return {name: resource.members[name] for name in names if name in resource.members}


def shape_members(shape: Shape | None) -> dict[str, Any]:
    return dict(shape.members) if isinstance(shape, StructureShape) else {}


def list_resources(
    operation: OperationModel, kind: str, resources: Iterable[Resource], params: Members
) -> Members:
    """A page of summaries of the resources that match the request's filters."""
    members: dict[str, Any] = shape_members(operation.output_shape)
    name = next(name for name, shape in members.items() if shape.type_name == "list")
    summary: StructureShape = members[name].member
    found = [item for item in resources if _matches_all(item.members, kind, summary, params)]
    if params.get("SortOrder", _default_order(kind)) == "Descending":
        found.reverse()
    by = _sort_member(kind, params.get("SortBy", "CreationTime"))
    if by != "CreationTime":  # their order already
        found.sort(key=lambda item: str(item.members.get(by)))
    start = int(params.get("NextToken", 0))
    end = start + params.get("MaxResults", PAGE)
    page: Members = {name: [to_output(item, summary) for item in found[start:end]]}
    return page | ({"NextToken": str(end)} if end < len(found) else {})


def _split(operation: OperationModel) -> tuple[str, str]:
    """Verb and kind: `("Create", "Model")` for CreateModel, `("List", "Model")` for ListModels."""
    parts = re.fullmatch(r"(Create|Describe|Update|Delete|List)(.+?)", operation.name)
    if not parts:
        raise unknown_operation_error(operation.name)
    verb, kind = parts.groups()
    if verb == "List":
        return verb, kind.removesuffix("s")
    request = operation.input_shape
    if not request or f"{kind}Name" not in request.required_members:
        raise unknown_operation_error(operation.name)
    return verb, kind


def _default_order(kind: str) -> str:
    return "Ascending" if kind in _OLDEST_FIRST else "Descending"


def _sort_member(kind: str, by: str) -> str:
    return f"{kind}{by}" if by in ("Name", "Status") else by


def _matches_all(members: Members, kind: str, summary: StructureShape, params: Members) -> bool:
    return all(_matches(members, kind, summary, name, value) for name, value in params.items())


def _matches(members: Members, kind: str, summary: StructureShape, name: str, value: Any) -> bool:
    if name == "NameContains":
        return value in members.get(f"{kind}Name", "")
    if name == "StatusEquals":
        return bool(members.get(f"{kind}Status") == value)
    if name.endswith("After"):
        return bool(members[name.removesuffix("After")] > value)
    if name.endswith("Before"):
        return bool(members[name.removesuffix("Before")] < value)
    return name not in summary.members or members.get(name) == value
