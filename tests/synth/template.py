"""A synthesized stack as data, with failures that print what was found."""

import json
from collections.abc import Mapping
from typing import Any

import cdktf

Resource = dict[str, Any]


class Template:
    """The Terraform JSON of one stack, as `cdktf.Testing.synth` returns it."""

    def __init__(self, stack: cdktf.TerraformStack) -> None:
        self.text = cdktf.Testing.synth(stack)
        self.content: dict[str, Any] = json.loads(self.text)

    def resources(self, resource_type: str) -> list[Resource]:
        return list(self.content.get("resource", {}).get(resource_type, {}).values())

    def data(self, data_type: str) -> list[Resource]:
        return list(self.content.get("data", {}).get(data_type, {}).values())

    def only(self, resource_type: str) -> Resource:
        found = self.resources(resource_type)
        assert len(found) == 1, f"one {resource_type} expected, found {_pretty(found)}"
        return found[0]

    def has(self, resource_type: str, expected: Mapping[str, Any]) -> Resource:
        """The one resource of the type that holds `expected`; deeper keys may hold more."""
        found = self.resources(resource_type)
        matching = [resource for resource in found if _holds(resource, expected)]
        assert len(matching) == 1, (
            f"one {resource_type} with {_pretty(expected)} expected, {len(matching)} of these do: "
            f"{_pretty(found)}"
        )
        return matching[0]

    def policies(self) -> list[dict[str, Any]]:
        """Every statement of every policy document in the stack."""
        return [
            statement
            for resources in self.content.get("resource", {}).values()
            for resource in resources.values()
            for attribute in ("policy", "assume_role_policy")
            if attribute in resource
            for statement in json.loads(resource[attribute])["Statement"]
        ]


def _holds(found: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping):
        return isinstance(found, Mapping) and all(
            key in found and _holds(found[key], value) for key, value in expected.items()
        )
    if isinstance(expected, list):
        return (
            isinstance(found, list)
            and len(found) == len(expected)
            and all(_holds(*pair) for pair in zip(found, expected, strict=True))
        )
    return bool(found == expected)


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, default=str)
