"""Plan and apply as an operator meets them, with a small script in Terraform's place."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from config.outputs import ENDPOINT_CONFIGURATION, SAGEMAKER_ROLLED_BACK
from config.schema.settings import Environment, load
from rollforward.cli import apply as apply_commands
from rollforward.errors import RollforwardError
from rollforward.folders import ROOT
from rollforward.operations.apply import retry
from rollforward.operations.apply import run as applying
from rollforward.operations.apply.retry import NAME_TAKEN
from rollforward.operations.apply.run import LAMBDA, S3, Work
from rollforward.operations.apply.stack_job import Job
from rollforward.operations.prove import LIVE, Proof
from rollforward.terraform.plans import Change
from rollforward.terraform.processes import Processes
from rollforward.terraform.stack import Stack

# Plans a change, and writes down what it does; what a file beside it is named after fails, takes long or is
# printed.
TERRAFORM = """#!/bin/sh
stack=$(basename "$PWD"); here=$(dirname "$PWD")
trap 'echo "$1 $stack is interrupted" >> "$here/journal"; rm -f "$here/slow-$1-$stack"' INT
echo "$1 $stack begins: $*" >> "$here/journal"
while [ -e "$here/slow-$1-$stack" ]; do sleep 0.02; done
if [ "$1" = apply ] && [ -e "$here/together-$stack" ]; then
  touch "$here/$stack-is-there"
  for _ in $(seq 250); do [ "$(ls "$here" | grep -c is-there)" = 2 ] && break; sleep 0.02; done
  [ "$(ls "$here" | grep -c is-there)" = 2 ] || { echo "alone" >&2; exit 1; }
fi
echo "$1 $stack ends" >> "$here/journal"
[ ! -e "$here/says-$1-$stack" ] || { cat "$here/says-$1-$stack"; exit 0; }
[ "$1" != output ] || { echo '{}'; exit 0; }
[ ! -e "$here/nothing-$stack" ] || exit 0
case "$*" in plan*|*-auto-approve*) echo '{"@level":"info","@message":"aws_x.y: Plan to create",\
"type":"planned_change","change":{"resource":{"addr":"aws_x.y"},"action":"create"}}' ;; esac
[ ! -e "$here/fail-$1-$stack" ] || { echo "no such thing" >&2; cat "$here/fail-$1-$stack" >&2; exit 1; }
"""
GB = 1024**3
OPERATOR = """
import signal, sys
from pathlib import Path
from rollforward.cli import apply as apply_commands
from rollforward.operations.apply import retry
from rollforward.operations.apply import run as applying
from tests.unit.rollforward.operations.test_apply import live, nothing, work_in
applying.last_outputs, applying.prove = nothing, live
signal.signal(signal.SIGTERM, signal.default_int_handler)
applying.apply_without_review(work_in(Path(sys.argv[1]), ["a", "b"]))
"""


def yes(_: Sequence[Job]) -> bool:
    return True


def work_in(folder: Path, models: Sequence[str], later: Sequence[str] = ()) -> Work:
    """Stacks of an environment, whose Terraform is the script in `folder`."""
    program = folder / "some-terraform"
    program.write_text(TERRAFORM)
    program.chmod(0o755)
    os.environ["TERRAFORM_BINARY_NAME"] = str(program)
    processes = Processes()

    def job(part: str, after: tuple[str, ...], model: str | None = None) -> Job:
        (folder / part).mkdir(exist_ok=True)
        (folder / part / "cdk.tf.json").write_text('{"terraform": {}}')
        return Job(part, part, model, after, Stack(folder / part, os.environ, processes))

    shared = [job(LAMBDA, ()), job(S3, (LAMBDA,))]
    return Work(
        load("dev"),
        [*shared, *(job(model, (LAMBDA, S3), model) for model in models)],
        [job(model, (LAMBDA, S3), model) for model in later],
        processes,
        lambda *_: None,
    )


def nothing(*_: object) -> dict[str, str]:
    return {}


def live(_: Environment, model: str, seen: Callable[[str], None]) -> Proof:
    seen("InService")
    return Proof(model, LIVE, "key", "key", "key", "key", False, None, [])


def asked(work: Work) -> None:
    applying.apply_after_review(work, yes)


Start = Callable[..., Work]
Apply = Callable[[Work], None]
either_way = pytest.mark.parametrize("apply", [asked, applying.apply_without_review])


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "")  # put back afterwards
    monkeypatch.setattr(applying, "last_outputs", nothing)
    monkeypatch.setattr(applying, "prove", live)
    return lambda *models, later=(): work_in(tmp_path, models, later)


def journal(folder: Path, command: str) -> list[str]:
    lines = (folder / "journal").read_text().splitlines()
    return [line.removeprefix(f"{command} ") for line in lines if line.startswith(f"{command} ")]


def results(work: Work) -> dict[str, str | None]:
    return {job.name: job.result for job in work.jobs}


@either_way
def test_stacks_are_applied_in_their_order(start: Start, tmp_path: Path, apply: Apply) -> None:
    work = start("a")
    apply(work)
    applied = [line.partition(":")[0] for line in journal(tmp_path, "apply")]
    assert applied == ["lambda begins", "lambda ends", "s3 begins", "s3 ends", "a begins", "a ends"]
    assert set(results(work).values()) == {"applied"}


def test_who_is_asked_gets_what_was_planned(start: Start, tmp_path: Path) -> None:
    asked(start("a"))
    begun = [line for line in journal(tmp_path, "apply") if "begins" in line]
    assert all(line.endswith("apply -no-color -input=false -json plan") for line in begun)


def test_with_nobody_asked_one_command_a_stack_does_it_all(start: Start, tmp_path: Path) -> None:
    applying.apply_without_review(start("a"))
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
    applying.plan(work, work.jobs)
    verbs = [line.split()[1].rstrip(":") for line in journal(tmp_path, "plan")]
    assert verbs == ["begins", "ends"] * 5


@either_way
def test_what_does_not_change_is_told(start: Start, tmp_path: Path, apply: Apply) -> None:
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
    def prove(_: Environment, model: str, seen: Callable[[str], None]) -> Proof:
        raise RollforwardError(f"no proof of {model}")

    monkeypatch.setattr(applying, "prove", prove)
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
def test_a_roll_that_was_rolled_back_is_proven_all_the_same(
    start: Start, tmp_path: Path, apply: Apply, words: str
) -> None:
    (tmp_path / "fail-apply-a").write_text(words)
    work = start("a")
    apply(work)
    job = work.jobs[2]
    assert (job.result, job.error) == ("applied, but SageMaker rolled back", None)
    assert job.proof is not None
    assert not job.in_order


def plans(tmp_path: Path, action: str, outputs: Mapping[str, tuple[str, str]]) -> None:
    """Let the plan of `a` have this action on its endpoint, and these outputs' (before, after)."""
    change = {"resource": {"addr": "aws_sagemaker_endpoint.x"}, "action": action}
    events = [
        {"@level": "info", "@message": "", "type": "planned_change", "change": change},
        {
            "@level": "info",
            "@message": "",
            "type": "outputs",
            "outputs": {name: {"action": "update"} for name in outputs},
        },
    ]
    lines = "".join(f"{json.dumps(event)}\n" for event in events)
    (tmp_path / "says-plan-a").write_text(lines)
    shown = {name: {"before": was, "after": will} for name, (was, will) in outputs.items()}
    (tmp_path / "says-show-a").write_text(json.dumps({"output_changes": shown}))


def refuse(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    *states: str,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Let the apply of `a` fail with `words`, until its endpoint has been in all of these states."""
    failure = tmp_path / "fail-apply-a"
    failure.write_text(f'{words} "arn:aws:sagemaker:us-east-1:123456789012:endpoint/a".')
    left = list(states)

    def state(*_: object) -> str:
        now = left.pop(0)
        if not left:
            failure.unlink()
            then()
        return now

    monkeypatch.setattr(retry, "state", state)
    monkeypatch.setattr(retry, "POLL_SECONDS", 0)
    monkeypatch.setattr(retry, "PAUSE_SECONDS", 0)


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
    told: list[str] = []
    work = replace(start("a"), tell=lambda _, doing: told.append(doing))
    apply(work)
    job = work.jobs[2]
    assert (job.result, job.error) == ("applied", None)
    assert job.note == "the endpoint was still being deleted or updated: applied again after that"
    assert job.changes == (Change("aws_x.y", ("create",)),)
    assert f"waiting for the endpoint, it is {states[0]}" in told
    assert [line for line in journal(tmp_path, "apply") if line == "a ends"] == ["a ends"] * 2


@pytest.mark.parametrize(
    ("in_the_state", "planned_later", "result"),
    [
        # The failed apply wrote the outputs, or it did not.
        ({"registered_model": "v4"}, None, "applied"),
        ({"registered_model": "v3"}, {"registered_model": ("v3", "v4")}, "applied"),
        ({"registered_model": "v4"}, {"registered_model": ("v4", "v5")}, "failed"),
        ({"registered_model": "v3"}, {"registered_model": ("v3", "v5")}, "failed"),
    ],
)
def test_what_was_approved_meanwhile_does_not_go_live_without_a_review(
    start: Start,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_the_state: dict[str, str],
    planned_later: dict[str, tuple[str, str]] | None,
    result: str,
) -> None:
    def later() -> None:
        plans(tmp_path, "create", planned_later or {})
        values = {name: {"value": value} for name, value in in_the_state.items()}
        (tmp_path / "says-output-a").write_text(json.dumps(values))

    refuse(tmp_path, monkeypatch, "Cannot create already existing endpoint", "Absent", then=later)
    work = start("a")
    plans(tmp_path, "replace", {"registered_model": ("v3", "v4")})
    asked(work)
    job = work.jobs[2]
    assert job.result == result, job.error
    applied = [line for line in journal(tmp_path, "apply") if line == "a ends"]
    assert len(applied) == (2 if result == "applied" else 1)
    if result == "failed":
        assert "registered_model: approved v4, now v5" in str(job.error)
        assert "There is no endpoint until the next apply." in str(job.error)
        assert str(job.error).endswith("rollforward apply a --env dev")


def test_a_change_that_was_not_in_the_approved_plan_is_not_applied(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(
        tmp_path,
        monkeypatch,
        "Cannot update in-progress endpoint",
        "InService",
        then=lambda: plans(tmp_path, "replace", {}),
    )
    work = start("a")
    plans(tmp_path, "update", {})
    asked(work)
    assert work.jobs[2].result == "failed"
    assert "delete and create aws_sagemaker_endpoint.x: not approved" in str(work.jobs[2].error)


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
    assert [line for line in journal(tmp_path, "apply") if line == "a ends"] == ["a ends"] * 4


@either_way
def test_a_name_that_never_becomes_free_fails_the_apply_in_the_end(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apply: Apply
) -> None:
    refuse(tmp_path, monkeypatch, "Cannot create already existing endpoint", *["Absent"] * 99)
    work = start("a")
    apply(work)
    assert work.jobs[2].result == "failed"
    assert NAME_TAKEN in str(work.jobs[2].error)
    tried = [line for line in journal(tmp_path, "apply") if line == "a ends"]
    assert len(tried) == 1 + retry.ATTEMPTS


@either_way
def test_an_endpoint_whose_name_somebody_else_has_is_not_applied_again(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apply: Apply
) -> None:
    refuse(tmp_path, monkeypatch, "Cannot create already existing endpoint", "InService")
    work = start("a")
    apply(work)
    assert work.jobs[2].result == "failed"
    assert NAME_TAKEN in str(work.jobs[2].error)


@pytest.mark.parametrize(
    ("command", "apply"),
    [("plan", asked), ("apply", asked), ("apply", applying.apply_without_review)],
)
def test_what_needs_a_failed_stack_is_skipped_and_named(
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

    def approve(jobs: Sequence[Job]) -> bool:
        seen.append([job.name for job in jobs])
        return True

    applying.apply_after_review(work, approve)
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


def test_nothing_is_applied_without_a_yes(start: Start, tmp_path: Path) -> None:
    work = start("a")
    applying.apply_after_review(work, lambda _: False)
    assert set(results(work).values()) == {"declined"}
    assert journal(tmp_path, "apply") == []


@either_way
def test_a_roll_starts_with_the_instances_that_serve_now(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apply: Apply
) -> None:
    def capacity(_: Environment, model: str | None, stack: Path) -> list[str]:
        assert model == (stack.name if stack.name == "a" else None)
        return ["-var=current_instances=3"] if model else []

    monkeypatch.setattr(applying, "instance_options", capacity)
    apply(start("a"))
    begun = [line for line in (tmp_path / "journal").read_text().splitlines() if "-var" in line]
    assert [line.endswith("-var=current_instances=3") for line in begun] == [True]
    assert " a begins" in begun[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_reaches_every_terraform_once_and_starts_no_other(
    tmp_path: Path, number: signal.Signals
) -> None:
    for model in ("a", "b"):
        (tmp_path / f"slow-apply-{model}").touch()
    operator = subprocess.Popen(
        [sys.executable, "-c", OPERATOR, str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    begun: set[str] = set()
    while not {"a begins", "b begins"} <= begun:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        if (tmp_path / "journal").exists():
            begun = {line.partition(":")[0] for line in journal(tmp_path, "apply")}
    os.killpg(operator.pid, number)
    os.killpg(operator.pid, number)
    _, err = operator.communicate(timeout=30)
    ended = [line for line in journal(tmp_path, "apply") if line[:2] in ("a ", "b ")]
    assert sorted(line for line in ended if "begins" not in line) == [
        "a ends",
        "a is interrupted",
        "b ends",
        "b is interrupted",
    ]
    assert "waiting for Terraform to stop cleanly: " in err
    assert err.strip().endswith("KeyboardInterrupt")


@pytest.mark.parametrize(
    ("actions", "warning"),
    [
        (("delete", "create"), "THE ENDPOINT IS REPLACED: nothing answers until the new one is up"),
        (("delete",), "THE ENDPOINT IS DELETED: nothing answers after it"),
        (("update",), "THE ENDPOINT ROLLS to the configuration that it has already"),
    ],
)
def test_who_reviews_a_plan_is_warned_before_the_endpoint_goes(
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    actions: tuple[str, ...],
    warning: str,
) -> None:
    work = start("a")

    @contextmanager
    def prepare(*_: object) -> Iterator[Work]:
        yield work

    def planned(_: Work, jobs: Sequence[Job]) -> None:
        for job in jobs:
            job.result = "planned"
        work.jobs[2].changes = [Change("aws_sagemaker_endpoint.endpoint[0]", actions)]

    monkeypatch.setattr(applying, "prepare", prepare)
    monkeypatch.setattr(applying, "plan", planned)
    app = typer.Typer()
    app.add_typer(apply_commands.app)
    assert warning in CliRunner().invoke(app, ["plan"]).output
    (model,) = json.loads(CliRunner().invoke(app, ["plan", "--json"]).stdout)[2:]
    assert [one for one in model["warnings"] if one.startswith(warning)]
    work.jobs[2].outputs = {ENDPOINT_CONFIGURATION: ("old", "new")}
    assert ("THE ENDPOINT" in CliRunner().invoke(app, ["plan"]).output) is (actions != ("update",))


def test_who_reviews_a_plan_is_told_how_long_the_roll_bakes(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = start("sentiment")
    work.jobs[2].changes = [Change("aws_sagemaker_endpoint.serving[0]", ("update",))]
    monkeypatch.setattr(applying, "prepare", lambda *_: nullcontext(work))
    monkeypatch.setattr(applying, "plan", nothing)
    app = typer.Typer()
    app.add_typer(apply_commands.app)
    shown = CliRunner().invoke(app, ["plan"]).output
    assert "The roll bakes for 5 minutes. SageMaker rolls back meanwhile if" in shown
