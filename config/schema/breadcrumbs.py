"""Pydantic's errors as breadcrumbs: file → key → key: what was expected, what was found."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.schema.rules import quoted
from config.schema.yaml_file import YamlFile

# What each of pydantic's errors expects. The names in braces are of the error's context.
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "invalid_key": "a key that is text",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "keys and values",
    "recursion_loop": "a value that does not contain itself",
    "literal_error": "{expected}",
    "greater_than_equal": "{ge:g} or more",
    "less_than_equal": "{le:g} or less",
    "string_too_short": "{min_length} or more characters",
    "string_too_long": "{max_length} or fewer characters",
    "too_short": "{min_length} or more entries",
    "too_long": "{max_length} or fewer entries",
}

_ABSENT = {"missing", "union_tag_not_found"}


def breadcrumbs(
    name: str, file: YamlFile, model: type[BaseModel], error: ValidationError
) -> Iterator[str]:
    """One line for each mistake in the file of this name, in the order of the file's schema."""
    for detail in error.errors():
        loc = detail["loc"]
        if detail["type"].startswith("union_tag_"):
            loc += (detail["ctx"]["discriminator"].strip("'"),)
        keys = _keys(file.data, loc, absent=detail["type"] in _ABSENT)
        crumbs = [f"#{key + 1}" if isinstance(key, int) else key for key in keys]
        # A mistake in a key has the location of its value.
        of_key = detail["type"] == "invalid_key" or loc[-1:] == ("[key]",)
        written = None if of_key else file.written(keys)
        yield f"{' → '.join([name, *crumbs])}: {_message(model, detail, written)}"


def _message(model: type[BaseModel], detail: ErrorDetails, written: str | None) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _ABSENT:
        return "required, but missing"
    match kind:
        case "extra_forbidden":
            known = sorted(_fields(model, detail["loc"][:-1]))
            return f"unknown key; expected one of: {', '.join(known)}"
        case "union_tag_invalid":
            return f"expected one of {context['expected_tags']}, found {_found(detail, written)}"
        case "value_error":
            return str(context["error"])
        case "model_type" | "model_attributes_type":
            known = sorted(_fields(model, detail["loc"]))
            expected = f"keys and values ({'kind, …' if 'kind' in known else ', '.join(known)})"
        case _:
            expected = _EXPECTED.get(kind, "another value").format(**context)
    return f"expected {expected}, found {_found(detail, written)}"


def _found(detail: ErrorDetails, written: str | None) -> str:
    """The value in words of YAML, and how to write it if only its type is wrong."""
    value = detail["input"]
    if detail["type"] == "union_tag_invalid":
        return "keys and values, or a list" if written is None else quoted(written)
    match value:
        case None:
            return "nothing"
        case dict() | list() if detail["type"].startswith("too_"):
            return f"{len(value)}"
        case str() if detail["type"].startswith("string_too_"):
            return f"{len(value)}"
        case dict():
            return "keys and values"
        case list():
            return "a list"
        case str():
            numeric = detail["type"] in {"int_type", "float_type"} and _is_number(value)
            return f"{quoted(value)}{': write it without quotes' if numeric else ''}"
        case bytes():
            return "binary data"
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    if detail["type"] not in {"string_type", "invalid_key"}:
        return shown
    read = "" if written in (shown, None) else f", which YAML reads as {shown}"
    return f"{written or shown} without quotes{read}: write it in quotes"


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()


def _keys(data: Any, loc: tuple[int | str, ...], *, absent: bool) -> list[str | int]:
    """The keys of `loc` that are in the file: pydantic adds the tags of unions and `[key]`.

    If `absent`, the last key is missing from the file.
    """
    keys: list[str | int] = []
    for position, key in enumerate(loc):
        if isinstance(data, list) and isinstance(key, int):
            keys.append(key)
            data = data[key]
            continue
        present = isinstance(data, dict) and key in data
        if present or (absent and position == len(loc) - 1):
            keys.append(str(key))
        if present:
            data = data[key]
    return keys


def _fields(model: type[BaseModel], loc: tuple[int | str, ...]) -> set[str]:
    """The keys that the schema has at `loc`."""
    candidates: list[type[BaseModel]] = [model]
    for key in loc:
        if tagged := [one for one in candidates if _tag(one) == (key,)]:
            candidates = tagged
            continue
        candidates = [
            inner
            for candidate in candidates
            for inner in _models_in(
                candidate.model_fields[str(key)].annotation
                if key in candidate.model_fields
                else candidate
            )
        ]
    return {name for candidate in candidates for name in candidate.model_fields if name != "name"}


def _tag(model: type[BaseModel]) -> tuple[Any, ...]:
    """The value of `kind` that selects this model in a union; empty without one."""
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind else ()


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]
