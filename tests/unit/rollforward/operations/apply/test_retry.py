"""An apply that Terraform's provider gives up before SageMaker is done."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from rollforward.operations.apply import retry
from rollforward.operations.apply.retry import NAME_TAKEN
from rollforward.terraform.plans import Change
from tests.unit.rollforward.operations.apply.stacks import (
    Apply,
    Start,
    applies_of_a,
    either_way,
    refuse,
)


@either_way
@pytest.mark.parametrize(
    ("words", "states"),
    [
        ("Cannot create already existing endpoint", ["Deleting", "Deleting", "Absent"]),
        ("Cannot update in-progress endpoint", ["Updating", "Updating", "InService"]),
    ],
)
def test_an_endpoint_that_is_still_deleted_or_updated_is_applied_again_after_that(
    start: Start,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    apply: Apply,
    words: str,
    states: Sequence[str],
) -> None:
    refuse(tmp_path, monkeypatch, words, *states)
    reported: list[str] = []
    work = replace(start("a"), report=lambda _, doing: reported.append(doing))
    apply(work)
    job = work.jobs[2]
    assert (job.result, job.error) == ("applied", None)
    assert job.note == "the endpoint was still being deleted or updated: applied again after that"
    assert job.changes == (Change("aws_x.y", ("create",)),)
    assert f"waiting for the endpoint, its state is {states[0]}" in reported
    assert applies_of_a(tmp_path) == 2


@either_way
def test_a_name_that_stays_taken_after_the_endpoint_is_gone_is_tried_again(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apply: Apply
) -> None:
    looks = ["Deleting", "Absent", "Absent", "Absent"]
    refuse(tmp_path, monkeypatch, "Cannot create already existing endpoint", *looks)
    work = start("a")
    apply(work)
    assert (work.jobs[2].result, work.jobs[2].error) == ("applied", None)
    assert work.jobs[2].changes == (Change("aws_x.y", ("create",)),)
    assert applies_of_a(tmp_path) == 4


@either_way
def test_a_name_that_never_becomes_free_fails_the_apply_in_the_end(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apply: Apply
) -> None:
    refuse(tmp_path, monkeypatch, "Cannot create already existing endpoint", *["Absent"] * 99)
    work = start("a")
    apply(work)
    assert work.jobs[2].result == "failed"
    assert NAME_TAKEN in str(work.jobs[2].error)
    assert applies_of_a(tmp_path) == 1 + retry.ATTEMPTS


@either_way
def test_an_endpoint_whose_name_somebody_else_has_is_not_applied_again(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apply: Apply
) -> None:
    refuse(tmp_path, monkeypatch, "Cannot create already existing endpoint", "InService")
    work = start("a")
    apply(work)
    assert work.jobs[2].result == "failed"
    assert NAME_TAKEN in str(work.jobs[2].error)
