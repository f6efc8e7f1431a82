"""Runs commands in this process, so that a fake can answer for AWS."""

import json
from dataclasses import dataclass
from typing import Any

import typer
from typer.testing import CliRunner

from rollforward.console import out

WIDE = 300


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return [" ".join(line.split()) for line in self.out.splitlines()]


def typed(app: typer.Typer, *arguments: str) -> Ran:
    """Exit code and output, on a terminal of 300 columns. What is no message of ours is raised."""
    width, out.width = out.width, WIDE
    try:
        ran = CliRunner().invoke(app, arguments, catch_exceptions=False)
    finally:
        out.width = width
    return Ran(ran.exit_code, ran.stdout, ran.stderr)
