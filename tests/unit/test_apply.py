"""Plan and apply as an operator meets them, with a small script in Terraform's place."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from config.settings import load
from rollforward import applying
from rollforward.applying import LAMBDA, S3, Job, Work
from rollforward.processes import Processes
from rollforward.terraform import ROOT, Stack
from tests.unit.conftest import Stub

# Plans a change, and writes down what it does; what a file beside it is named after fails or takes long.
TERRAFORM = """#!/bin/sh
stack=$(basename "$PWD"); here=$(dirname "$PWD")
trap 'echo "$1 $stack is interrupted" >> "$here/journal"; rm -f "$here/slow-$1-$stack"' INT
echo "$1 $stack begins: $*" >> "$here/journal"
while [ -e "$here/slow-$1-$stack" ]; do sleep 0.02; done
if [ "$1" = apply ] && [ -e "$here/together" ]; then
  touch "$here/$stack-is-there"
  for _ in $(seq 250); do [ "$(ls "$here" | grep -c is-there)" = 2 ] && break; sleep 0.02; done
  [ "$(ls "$here" | grep -c is-there)" = 2 ] || { echo "alone" >&2; exit 1; }
fi
echo "$1 $stack ends" >> "$here/journal"
[ ! -e "$here/fail-$1-$stack" ] || { echo "no such thing" >&2; exit 1; }
[ "$1" = plan ] && [ ! -e "$here/nothing-$stack" ] || exit 0
echo '{"type":"planned_change","change":{"resource":{"addr":"aws_x.y"},"action":"create"}}'
exit 2
"""
OPERATOR = """
import signal, sys
from pathlib import Path
from rollforward import applying
from tests.unit.test_apply import work_in, yes
signal.signal(signal.SIGTERM, signal.default_int_handler)
applying.apply_all(work_in(Path(sys.argv[1]), ["a", "b"]), yes, values=False)
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


Start = Callable[..., Work]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "")  # put back afterwards
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    return lambda *models, later=(): work_in(tmp_path, models, later)


def journal(folder: Path, command: str) -> list[str]:
    lines = (folder / "journal").read_text().splitlines()
    return [line.removeprefix(f"{command} ") for line in lines if line.startswith(f"{command} ")]


def results(work: Work) -> dict[str, str | None]:
    return {job.name: job.result for job in work.jobs}


def test_stacks_are_applied_in_their_order(start: Start, tmp_path: Path) -> None:
    work = start("a")
    applying.apply_all(work, yes, values=False)
    assert journal(tmp_path, "apply") == [
        *("lambda begins: apply -no-color -input=false plan", "lambda ends"),
        *("s3 begins: apply -no-color -input=false plan", "s3 ends"),
        *("a begins: apply -no-color -input=false plan", "a ends"),
    ]
    assert set(results(work).values()) == {"applied"}


def test_endpoints_are_applied_side_by_side(start: Start, tmp_path: Path) -> None:
    for part in (LAMBDA, S3):
        (tmp_path / f"nothing-{part}").touch()
    (tmp_path / "together").touch()  # each waits for the other, and fails if it never comes
    work = start("a", "b")
    applying.apply_all(work, yes, values=False)
    assert (results(work)["a"], results(work)["b"]) == ("applied", "applied")


def test_no_more_run_at_a_time_than_there_are_cpus(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    work = start("a", "b", "c")
    applying.plan(work, work.jobs, values=False)
    verbs = [line.split()[1].rstrip(":") for line in journal(tmp_path, "plan")]
    assert verbs == ["begins", "ends"] * 5


def test_what_does_not_change_is_not_applied(start: Start, tmp_path: Path) -> None:
    (tmp_path / "nothing-s3").touch()
    work = start("a")
    applying.apply_all(work, yes, values=False)
    assert results(work) == {"lambda": "applied", "s3": "no changes", "a": "applied"}
    assert "s3 ends" not in journal(tmp_path, "apply")


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_what_needs_a_failed_stack_is_skipped_and_named(
    start: Start, tmp_path: Path, command: str
) -> None:
    (tmp_path / f"fail-{command}-s3").touch()
    work = start("a", "b")
    applying.apply_all(work, yes, values=False)
    assert results(work) == {"lambda": "applied", "s3": "failed", "a": "skipped", "b": "skipped"}
    _, s3, a, b = [job.error or "" for job in work.jobs]
    assert f"terraform {command} failed in s3:\nno such thing" in s3
    assert (a, b) == ("a is skipped: it needs s3", "b is skipped: it needs s3")


def test_a_stack_that_fails_does_not_stop_its_neighbours(start: Start, tmp_path: Path) -> None:
    (tmp_path / "fail-apply-a").touch()
    work = start("a", "b")
    applying.apply_all(work, yes, values=False)
    assert (results(work)["a"], results(work)["b"]) == ("failed", "applied")


def test_endpoints_of_a_new_environment_are_planned_once_their_pointer_is_there(
    start: Start, tmp_path: Path
) -> None:
    work = start(later=["a"])
    seen: list[list[str]] = []

    def approve(jobs: Sequence[Job]) -> bool:
        seen.append([job.name for job in jobs])
        return True

    applying.apply_all(work, approve, values=False)
    assert seen == [["lambda", "s3"], ["a"]]
    lines = (tmp_path / "journal").read_text().splitlines()
    assert lines.index("apply s3 ends") < lines.index("plan a ends")
    assert set(results(work).values()) == {"applied"}


def test_endpoints_of_a_new_environment_are_skipped_if_their_pointer_never_comes(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "fail-apply-lambda").touch()
    work = start(later=["a"])
    applying.apply_all(work, yes, values=False)
    assert results(work) == {"lambda": "failed", "s3": "skipped", "a": "skipped"}
    assert work.later[0].error == "a is skipped: it needs lambda, s3"


def test_nothing_is_applied_without_a_yes(start: Start, tmp_path: Path) -> None:
    work = start("a")
    applying.apply_all(work, lambda _: False, values=False)
    assert set(results(work).values()) == {"declined"}
    assert journal(tmp_path, "apply") == []


def with_capacity(folder: Path) -> None:
    content = {"terraform": {}, "variable": {"current_instances": {"default": 0}}}
    (folder / "cdk.tf.json").write_text(json.dumps(content))


def test_a_roll_starts_with_the_instances_that_serve_now(
    start: Start, tmp_path: Path, stub: Stub
) -> None:
    work = start("a")
    with_capacity(tmp_path / "a")
    variants = [
        {"VariantName": "challenger", "CurrentInstanceCount": 7},
        {"VariantName": "primary", "CurrentInstanceCount": 3},
    ]
    endpoint = {
        **{"EndpointName": "rollforward-dev-a", "EndpointArn": "arn:aws:sagemaker:::endpoint/a"},
        **{"EndpointStatus": "InService", "CreationTime": 0, "LastModifiedTime": 0},
    }
    stub("sagemaker").add_response(
        "describe_endpoint",
        {**endpoint, "ProductionVariants": variants},
        {"EndpointName": "rollforward-dev-a"},
    )
    applying.plan(work, work.jobs, values=False)
    (planned,) = [line for line in journal(tmp_path, "plan") if "-var" in line]
    assert planned.startswith("a begins")
    assert planned.endswith("-var=current_instances=3")


def test_a_first_roll_starts_with_the_configured_minimum(
    start: Start, tmp_path: Path, stub: Stub
) -> None:
    work = start("a")
    with_capacity(tmp_path / "a")
    stub("sagemaker").add_client_error(
        "describe_endpoint", "ValidationException", 'Could not find endpoint "e".'
    )
    applying.plan(work, work.jobs, values=False)
    assert any(line.endswith("-var=current_instances=0") for line in journal(tmp_path, "plan"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_reaches_every_terraform_once_and_starts_no_other(
    tmp_path: Path, number: signal.Signals
) -> None:
    for name in ("nothing-lambda", "nothing-s3", "slow-apply-a", "slow-apply-b"):
        (tmp_path / name).touch()
    operator = subprocess.Popen(
        [sys.executable, "-c", OPERATOR, str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "journal").exists() or len(journal(tmp_path, "apply")) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(operator.pid, number)
    os.killpg(operator.pid, number)
    _, err = operator.communicate(timeout=30)
    ended = [line for line in journal(tmp_path, "apply") if "begins" not in line]
    assert sorted(ended) == ["a ends", "a is interrupted", "b ends", "b is interrupted"]
    assert "waiting for Terraform to stop cleanly: " in err
    assert err.strip().endswith("KeyboardInterrupt")
