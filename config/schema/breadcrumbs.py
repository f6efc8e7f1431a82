"""Pydantic's errors as breadcrumbs: file → key → key: what was expected, what was found."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails


def breadcrumbs(
    file: str, data: Any, model: type[BaseModel], error: ValidationError
) -> Iterator[str]:
    """One line for each mistake, in the order of the file's schema."""
    for detail in error.errors():
        crumbs = _keys(data, detail["loc"], absent=detail["type"] == "missing")
        yield f"{' → '.join([file, *crumbs])}: {_message(model, crumbs, detail)}"


def _message(model: type[BaseModel], crumbs: list[str], detail: ErrorDetails) -> str:
    if detail["type"] == "missing":
        return "required, but missing"
    if detail["type"] == "extra_forbidden":
        known = sorted(_fields(model, detail["loc"][:-1]))
        return f"unknown key; expected one of: {', '.join(known)}"
    if detail["type"] == "union_tag_invalid":
        found, known = detail["ctx"]["tag"], detail["ctx"]["expected_tags"]
        return f"expected {detail['ctx']['discriminator']} to be one of {known}, found {found!r}"
    if detail["type"] == "union_tag_not_found":
        return f"{detail['ctx']['discriminator']} is required, but missing"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    expected = (
        detail["msg"].replace("Input should be", "expected").replace("String", "expected text")
    )
    return f"{expected}, found {detail['input']!r} ({type(detail['input']).__name__})"


def _keys(data: Any, loc: tuple[int | str, ...], *, absent: bool) -> list[str]:
    """The keys of `loc` that are in the file: pydantic adds the tags of unions and `[key]`.

    If `absent`, the last key is missing from the file. The first item of a list is `#1`.
    """
    crumbs = []
    for position, key in enumerate(loc):
        if isinstance(data, list) and isinstance(key, int):
            crumbs.append(f"#{key + 1}")
            data = data[key]
            continue
        present = isinstance(data, dict) and key in data
        if present or (absent and position == len(loc) - 1):
            crumbs.append(str(key))
        if present:
            data = data[key]
    return crumbs


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
