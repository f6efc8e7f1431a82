"""A YAML file of keys and values, and how its values are written."""

from dataclasses import dataclass
from typing import Any, Self

import yaml


@dataclass(frozen=True)
class YamlFile:
    """The file's values, and the nodes that they were read from."""

    data: dict[str, Any]
    _root: yaml.Node

    @classmethod
    def parse(cls, content: bytes) -> Self:
        """Raises ValueError with the line of a mistake in the YAML."""
        try:
            loader = _UniqueKeys(content.decode())
            root = loader.get_single_node()
            data = loader.construct_document(root) if root else None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            line = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
            raise ValueError(f"expected YAML, found a mistake{line}: {error.problem}") from error
        except (yaml.YAMLError, ValueError) as error:
            # Such as a control character, or the 45th of a month.
            raise ValueError(f"expected YAML: {str(error).splitlines()[0]}") from error
        if root is None or not isinstance(data, dict):
            found = {type(None): "nothing", list: "a list"}.get(type(data), "one value")
            raise ValueError(f"expected keys and values, found {found}")
        return cls(data, root)

    def written(self, keys: list[str | int]) -> str | None:
        """The scalar as it is written at these keys, such as `012`, which YAML reads as 10."""
        node: yaml.Node | None = self._root
        for key in keys:
            node = _child(node, key)
        return node.value if isinstance(node, yaml.ScalarNode) else None


def _child(node: yaml.Node | None, key: str | int) -> yaml.Node | None:
    children: list[yaml.Node] = []
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int):
        children = node.value[key : key + 1]
    if isinstance(node, yaml.MappingNode):
        children = [value for one, value in node.value if one.value == str(key)]
    # The last one wins: the first ones can be merged from elsewhere.
    return children[-1] if children else None


class _UniqueKeys(yaml.CSafeLoader):
    """Refuses duplicate keys. YAML would use the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        first: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            line = key.start_mark.line + 1
            if key.value in first:
                raise yaml.constructor.ConstructorError(
                    problem=f"the key {key.value!r} is already in line {first[key.value]}",
                    problem_mark=key.start_mark,
                )
            first[key.value] = line
        return super().construct_mapping(node, deep)
