"""Plan and apply: the order of the stacks, and what becomes of each."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from config.outputs import SAGEMAKER_ROLLED_BACK
from lambda_src.shared.prover_answer import Verdict
from rollforward.errors import RollforwardError
from rollforward.operations.apply import run
from rollforward.operations.apply.stack_job import StackJob
from rollforward.operations.prove import Proof
from rollforward.target import Target
from tests.unit.rollforward.operations.apply.stacks import (
    Apply,
    Start,
    either_way,
    journal,
    results,
    reviewed,
)

GB = 1024**3


@either_way
def test_stacks_are_applied_in_their_order(start: Start, tmp_path: Path, apply: Apply) -> None:
    work = start("a")
    apply(work)
    applied = [line.partition(":")[0] for line in journal(tmp_path, "apply")]
    assert applied == ["lambda begins", "lambda ends", "s3 begins", "s3 ends", "a begins", "a ends"]
    assert set(results(work).values()) == {"applied"}


def test_an_apply_after_a_review_applies_the_plan(start: Start, tmp_path: Path) -> None:
    reviewed(start("a"))
    begun = [line for line in journal(tmp_path, "apply") if "begins" in line]
    assert all(line.endswith("apply -no-color -input=false -json plan") for line in begun)


def test_an_apply_without_a_review_runs_one_command_for_each_stack(
    start: Start, tmp_path: Path
) -> None:
    run.apply_without_review(start("a"))
    assert journal(tmp_path, "plan") == []
    begun = [line for line in journal(tmp_path, "apply") if "begins" in line]
    assert all(line.endswith("apply -no-color -input=false -json -auto-approve") for line in begun)


@either_way
def test_endpoints_are_applied_side_by_side(start: Start, tmp_path: Path, apply: Apply) -> None:
    for model in ("a", "b"):  # each waits for the other, and fails if it never comes
        (tmp_path / f"together-{model}").touch()
    work = start("a", "b")
    apply(work)
    assert (results(work)["a"], results(work)["b"]) == ("applied", "applied")


def test_no_more_run_at_a_time_than_the_memory_holds(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 1, "SC_PAGE_SIZE": GB}.__getitem__)
    work = start("a", "b", "c")
    run.plan(work, work.jobs)
    verbs = [line.split()[1].rstrip(":") for line in journal(tmp_path, "plan")]
    assert verbs == ["begins", "ends"] * 5


@either_way
def test_a_stack_without_changes_is_shown_as_such(
    start: Start, tmp_path: Path, apply: Apply
) -> None:
    (tmp_path / "nothing-s3").touch()
    work = start("a")
    apply(work)
    assert results(work) == {"lambda": "applied", "s3": "no changes", "a": "applied"}


@either_way
def test_endpoints_are_proven_changed_or_not(start: Start, tmp_path: Path, apply: Apply) -> None:
    (tmp_path / "nothing-a").touch()
    work = start("a", "b")
    apply(work)
    assert [job.proof and job.proof.model for job in work.jobs] == [None, None, "a", "b"]


@either_way
def test_an_endpoint_without_a_proof_is_no_success(
    start: Start, monkeypatch: pytest.MonkeyPatch, apply: Apply
) -> None:
    def prove(target: Target, _: Callable[[str], None], *, rolled_back: bool) -> Proof:
        raise RollforwardError(f"no proof of {target.model}")

    monkeypatch.setattr(run, "prove", prove)
    work = start("a")
    apply(work)
    assert (work.jobs[2].result, work.jobs[2].error) == ("applied, but not proven", "no proof of a")


@either_way
@pytest.mark.parametrize(
    "words",
    [
        f"{SAGEMAKER_ROLLED_BACK}: a still serves v1.",
        "SageMaker Endpoint (a) update: unexpected state 'RollingBack', wanted target 'InService'",
    ],
)
def test_an_apply_that_sagemaker_rolled_back_is_proven(
    start: Start, tmp_path: Path, apply: Apply, words: str
) -> None:
    (tmp_path / "fail-apply-a").write_text(words)
    work = start("a")
    apply(work)
    job = work.jobs[2]
    assert (job.result, job.error) == ("applied, but SageMaker rolled back", None)
    assert job.proof is not None
    assert job.proof.verdict == Verdict.ROLLED_BACK
    assert not job.succeeded


@pytest.mark.parametrize(
    ("command", "apply"),
    [("plan", reviewed), ("apply", reviewed), ("apply", run.apply_without_review)],
)
def test_a_stack_that_needs_a_failed_stack_is_skipped(
    start: Start, tmp_path: Path, command: str, apply: Apply
) -> None:
    (tmp_path / f"fail-{command}-s3").touch()
    work = start("a", "b")
    apply(work)
    assert results(work) == {"lambda": "applied", "s3": "failed", "a": "skipped", "b": "skipped"}
    _, s3, a, b = [job.error or "" for job in work.jobs]
    assert f"terraform {command} failed in s3:\nno such thing" in s3
    assert (a, b) == ("a is skipped: it needs s3", "b is skipped: it needs s3")


@either_way
def test_a_stack_that_fails_does_not_stop_its_neighbours(
    start: Start, tmp_path: Path, apply: Apply
) -> None:
    (tmp_path / "fail-apply-a").touch()
    work = start("a", "b")
    apply(work)
    assert (results(work)["a"], results(work)["b"]) == ("failed", "applied")


def test_endpoints_of_a_new_environment_are_planned_once_their_pointer_is_there(
    start: Start, tmp_path: Path
) -> None:
    work = start(later=["a"])
    seen: list[list[str]] = []

    def approve(jobs: Sequence[StackJob]) -> bool:
        seen.append([job.name for job in jobs])
        return True

    run.apply_after_review(work, approve)
    assert seen == [["lambda", "s3"], ["a"]]
    lines = (tmp_path / "journal").read_text().splitlines()
    assert lines.index("apply s3 ends") < lines.index("plan a ends")
    assert set(results(work).values()) == {"applied"}


@either_way
def test_endpoints_of_a_new_environment_are_skipped_if_their_pointer_never_comes(
    start: Start, tmp_path: Path, apply: Apply
) -> None:
    (tmp_path / "fail-apply-lambda").touch()
    work = start(later=["a"])
    apply(work)
    assert results(work) == {"lambda": "failed", "s3": "skipped", "a": "skipped"}
    assert (work.later[0].error or "").startswith("a is skipped: it needs lambda")


@either_way
def test_a_roll_starts_with_the_instances_that_serve_now(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apply: Apply
) -> None:
    def options(target: Target | None, stack: Path) -> list[str]:
        assert (target and target.model) == (stack.name if stack.name == "a" else None)
        return ["-var=current_instances=3"] if target else []

    monkeypatch.setattr(run, "instance_options", options)
    apply(start("a"))
    begun = [line for line in (tmp_path / "journal").read_text().splitlines() if "-var" in line]
    assert [line.endswith("-var=current_instances=3") for line in begun] == [True]
    assert " a begins" in begun[0]
