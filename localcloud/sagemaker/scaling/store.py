"""The scalable targets of one account in one region, with their policies and scheduled actions."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from localcloud.sagemaker.errors import AwsError, validation_error
from localcloud.sagemaker.state import Members, Region

PAGE = 50

# Service namespace, resource id and scalable dimension.
Key = tuple[str, str, str]


@dataclass
class Target:
    """`policies` and `actions` by name."""

    members: Members
    tags: dict[str, str]
    policies: dict[str, Members] = field(default_factory=dict)
    actions: dict[str, Members] = field(default_factory=dict)


class Targets:
    def __init__(self, region: Region) -> None:
        self.region = region
        self._targets: dict[Key, Target] = {}

    def all(self) -> list[Target]:
        return list(self._targets.values())

    def add(self, target: Target) -> None:
        self._targets[_key(target.members)] = target
        self.region.scalable.add(target.members["ResourceId"])

    def remove(self, params: Members) -> None:
        self.get(params)
        del self._targets[_key(params)]
        self.region.scalable.discard(params["ResourceId"])

    def find(self, params: Members) -> Target | None:
        """The target that a request names; None if it is not registered."""
        return self._targets.get(_key(params))

    def get(self, params: Members) -> Target:
        """The target that a request names. Raises ObjectNotFoundException if it is not registered."""
        target = self.find(params)
        if target is None:
            namespace, resource, dimension = _key(params)
            raise not_found_error(
                f"No scalable target registered for service namespace: {namespace}, "
                f"resource ID: {resource}, scalable dimension: {dimension}"
            )
        return target

    def get_by_arn(self, arn: str) -> Target:
        for target in self.all():
            if target.members["ScalableTargetARN"] == arn:
                return target
        raise AwsError("ResourceNotFoundException", f"The resource {arn} doesn't exist")

    def arn(self, service: str, rest: str) -> str:
        return f"arn:aws:{service}:{self.region.name}:{self.region.account}:{rest}"

    def new_arn_on(self, params: Members, kind: str, name: str) -> str:
        """The ARN of a new policy or scheduled action on the target that a request names."""
        place = f"resource/{params['ServiceNamespace']}/{params['ResourceId']}"
        return self.arn("autoscaling", f"{kind}:{uuid.uuid4()}:{place}:{name}")


def require_members(params: Members, *names: str) -> None:
    """Raises ValidationException if a request that creates something lacks one of these members."""
    if absent := [name for name in names if name not in params]:
        raise validation_error(f"{absent[0]} is required for what does not exist yet.")


def not_found_error(message: str) -> AwsError:
    return AwsError("ObjectNotFoundException", message)


def is_on_target(members: Members, params: Members) -> bool:
    """Whether a target, a policy or a scheduled action is on the target that a list's filters name."""
    keys = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    return all(params.get(key, members[key]) == members[key] for key in keys)


def page(name: str, items: list[Any], params: Members) -> Members:
    """One page of a list's response."""
    start = int(params.get("NextToken", 0))
    end = start + params.get("MaxResults", PAGE)
    return {name: items[start:end]} | ({"NextToken": str(end)} if end < len(items) else {})


def _key(params: Members) -> Key:
    return params["ServiceNamespace"], params["ResourceId"], params["ScalableDimension"]
