"""Every kind of resource that has no rules of its own, driven by botocore's model of the service.

Create keeps the request, Describe answers those of its members that the output has, Update merges,
Delete removes, List filters, sorts and pages.
"""

import re
from collections.abc import Iterable
from typing import Any

from botocore.model import OperationModel, Shape, StructureShape

from localcloud.sagemaker.errors import unknown_operation
from localcloud.sagemaker.state import Members, Region, Resource

PAGE = 10
# Of all the lists, only these start with the oldest.
_OLDEST_FIRST = {"ModelPackage", "ModelPackageGroup"}


def perform(operation: OperationModel, region: Region, params: Members) -> Members:
    verb, kind = _split(operation)
    if verb == "List":
        return listed(operation, kind, region.of_kind(kind), params)
    name = params[f"{kind}Name"]
    if verb == "Create":
        return shown(region.add(kind, name, params), operation.output_shape)
    resource = region.get(kind, name)
    if verb == "Update":
        resource.update(params)
    elif verb == "Delete":
        region.remove(resource)
    return shown(resource, operation.output_shape)


def shown(resource: Resource, shape: Shape | None) -> Members:
    """Those members that an output, or a summary in a list, has."""
    names = members_of(shape)
    return {name: resource.members[name] for name in names if name in resource.members}


def members_of(shape: Shape | None) -> dict[str, Any]:
    return dict(shape.members) if isinstance(shape, StructureShape) else {}


def listed(
    operation: OperationModel, kind: str, resources: Iterable[Resource], params: Members
) -> Members:
    """One page of summaries."""
    members: dict[str, Any] = members_of(operation.output_shape)
    name = next(name for name, shape in members.items() if shape.type_name == "list")
    summary: StructureShape = members[name].member
    chosen = [item for item in resources if _wanted(item.members, kind, summary, params)]
    if params.get("SortOrder", _usual_order(kind)) == "Descending":
        chosen.reverse()
    by = _sort_member(kind, params.get("SortBy", "CreationTime"))
    if by != "CreationTime":  # the order that they are in
        chosen.sort(key=lambda item: str(item.members.get(by)))
    start = int(params.get("NextToken", 0))
    end = start + params.get("MaxResults", PAGE)
    page: Members = {name: [shown(item, summary) for item in chosen[start:end]]}
    return page | ({"NextToken": str(end)} if end < len(chosen) else {})


def _split(operation: OperationModel) -> tuple[str, str]:
    """`("Create", "Model")` of CreateModel, `("List", "Model")` of ListModels."""
    parts = re.fullmatch(r"(Create|Describe|Update|Delete|List)(.+?)", operation.name)
    if not parts:
        raise unknown_operation(operation.name)
    verb, kind = parts.groups()
    if verb == "List":
        return verb, kind.removesuffix("s")
    request = operation.input_shape
    if not request or f"{kind}Name" not in request.required_members:
        raise unknown_operation(operation.name)
    return verb, kind


def _usual_order(kind: str) -> str:
    return "Ascending" if kind in _OLDEST_FIRST else "Descending"


def _sort_member(kind: str, by: str) -> str:
    return f"{kind}{by}" if by in ("Name", "Status") else by


def _wanted(members: Members, kind: str, summary: StructureShape, params: Members) -> bool:
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
