"""Validation of a request against the shapes of botocore's service model, with AWS's messages."""

from collections.abc import Iterator
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.rules.patterns import compile_pattern

_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float),
}


def validate_shape(params: Any, shape: Shape) -> None:
    """Raises ValidationException with all violations."""
    if problems := list(_problems(params, shape, "")):
        plural = "s" if len(problems) > 1 else ""
        raise validation_error(
            f"{len(problems)} validation error{plural} detected: {'; '.join(problems)}"
        )


def _problems(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not _has_type(value, shape.type_name):
        yield f"Value at '{path}' failed to satisfy constraint: Member must be a {shape.type_name}"
        return
    for violation in _violations(value, shape):
        yield f"Value '{value}' at '{path}' failed to satisfy constraint: Member must {violation}"
    if isinstance(shape, StructureShape):
        yield from _problems_of_structure(value, shape, path)
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value, start=1):
            yield from _problems(item, shape.member, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _problems(key, shape.key, path)
            yield from _problems(item, shape.value, f"{path}.{key}")


def _has_type(value: Any, type_name: str) -> bool:
    return isinstance(value, _TYPES.get(type_name, (object,)))


def _problems_of_structure(
    value: dict[str, Any], shape: StructureShape, path: str
) -> Iterator[str]:
    for name, member in shape.members.items():
        inner = f"{path}.{_lower_first(name)}".lstrip(".")
        if value.get(name) is not None:
            yield from _problems(value[name], member, inner)
        elif name in shape.required_members:
            yield f"Value null at '{inner}' failed to satisfy constraint: Member must not be null"


def _violations(value: Any, shape: Shape) -> Iterator[str]:
    rules = shape.metadata
    measured = len(value) if isinstance(value, str | list | dict) else value
    noun = "have length" if isinstance(value, str | list | dict) else "have value"
    if "min" in rules and measured < rules["min"]:
        yield f"{noun} greater than or equal to {rules['min']}"
    if "max" in rules and measured > rules["max"]:
        yield f"{noun} less than or equal to {rules['max']}"
    if value not in rules.get("enum", [value]):
        yield f"satisfy enum value set: [{', '.join(rules['enum'])}]"
    pattern = compile_pattern(rules["pattern"]) if "pattern" in rules else None
    if pattern and not pattern.fullmatch(value):
        yield f"satisfy regular expression pattern: {rules['pattern']}"


def _lower_first(name: str) -> str:
    return name[0].lower() + name[1:]
