"""What a person who reviews a plan sees."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import pytest
import typer
from typer.testing import CliRunner

from config.outputs import ENDPOINT_CONFIGURATION
from rollforward.cli import apply as commands
from rollforward.operations.apply import run
from rollforward.operations.apply.prepare import Work
from rollforward.operations.apply.stack_job import StackJob
from rollforward.terraform.plans import Change
from tests.unit.rollforward.operations.apply.stacks import (
    Start,
    nothing,
)


@pytest.mark.parametrize(
    ("actions", "warning"),
    [
        (
            ("delete", "create"),
            "THE ENDPOINT IS REPLACED: nothing answers until the new endpoint is in service",
        ),
        (("delete",), "THE ENDPOINT IS DELETED: after the apply, nothing answers"),
        (("update",), "THE ENDPOINT ROLLS to the configuration that it already has"),
    ],
)
def test_a_plan_warns_before_the_endpoint_is_deleted_replaced_or_rolled(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    actions: tuple[str, ...],
    warning: str,
) -> None:
    work = start("a")

    @contextmanager
    def prepare(*_: object) -> Iterator[Work]:
        yield work

    def planned(_: Work, jobs: Sequence[StackJob]) -> None:
        for job in jobs:
            job.result = "planned"
        work.jobs[2].changes = [Change("aws_sagemaker_endpoint.endpoint[0]", actions)]

    monkeypatch.setattr(commands, "prepare", prepare)
    monkeypatch.setattr(run, "plan", planned)
    app = typer.Typer()
    app.add_typer(commands.app)
    assert warning in CliRunner().invoke(app, ["plan"]).output
    (model,) = json.loads(CliRunner().invoke(app, ["plan", "--json"]).stdout)[2:]
    assert [one for one in model["warnings"] if one.startswith(warning)]
    work.jobs[2].outputs = {ENDPOINT_CONFIGURATION: ("old", "new")}
    assert ("THE ENDPOINT" in CliRunner().invoke(app, ["plan"]).output) is (actions != ("update",))


def test_a_plan_says_how_long_the_roll_bakes(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    work = start("sentiment")
    work.jobs[2].changes = [Change("aws_sagemaker_endpoint.serving[0]", ("update",))]
    monkeypatch.setattr(commands, "prepare", lambda *_: nullcontext(work))
    monkeypatch.setattr(run, "plan", nothing)
    app = typer.Typer()
    app.add_typer(commands.app)
    shown = CliRunner().invoke(app, ["plan"]).output
    assert "The roll bakes for 5 minutes. If the version fails" in shown
