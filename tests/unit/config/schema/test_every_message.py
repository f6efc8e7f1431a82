"""No message shows a phrase of the libraries, whatever stands in an environment's file."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.errors import ConfigError
from config.schema.settings import environments_folder, load
from tests.unit.config.schema.samples import merged


def everything() -> dict[str, Any]:
    """The environment of prod, and of staging the models that show other kinds of source and serving."""
    prod, staging = (
        yaml.safe_load((environments_folder() / f"{name}.yaml").read_text("utf-8"))
        for name in ("prod", "staging")
    )
    return merged(
        prod, {"models": {name: staging["models"][name] for name in ("emotions", "summaries")}}
    )


ANYTHING: list[Any] = [None, 10**30, True, "a" * 300, [], {1: 2}, float("nan"), b"x"]
JARGON = r"Input|valid |pattern|instance of|dictionary|another value|should|None|\(str\)|\^"


def every_change(value: Any) -> Iterator[Any]:
    """The value with one part of it, at any depth, replaced by each of ANYTHING."""
    yield from ANYTHING
    parts = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in parts:
        for changed in every_change(inner):
            copy = value.copy()
            copy[key] = changed
            yield copy


@pytest.mark.slow
def test_every_message_is_one_line_in_words(tmp_path: Path) -> None:
    environment = everything()
    for changed in every_change(environment):
        (tmp_path / "here.yaml").write_text(yaml.dump(changed, Dumper=yaml.CSafeDumper), "utf-8")
        try:
            load("here", tmp_path)
        except ConfigError as error:
            for line in str(error).splitlines():
                crumbs, _, message = line.removeprefix(f"{tmp_path}/here.yaml").partition(": ")
                assert re.fullmatch(r"( → .+)*", crumbs), line
                assert not re.search(JARGON, message), line
