"""Stacks of an environment whose Terraform is a small script, for the tests of plan and apply."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from lambda_src.shared.prover_answer import Verdict
from rollforward.operations.apply import retry, run
from rollforward.operations.apply.prepare import LAMBDA, S3, Work
from rollforward.operations.apply.stack_job import StackJob
from rollforward.operations.prove import Proof
from rollforward.target import Target
from rollforward.terraform.processes import Processes
from rollforward.terraform.stack import Stack
from tests.unit.rollforward.account import DEV, MODEL

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

Start = Callable[..., Work]
Apply = Callable[[Work], None]


def work_in(folder: Path, models: Sequence[str], later: Sequence[str] = ()) -> Work:
    """The stacks of an environment with these models, whose Terraform is the script in `folder`."""
    program = folder / "some-terraform"
    program.write_text(TERRAFORM)
    program.chmod(0o755)
    os.environ["TERRAFORM_BINARY_NAME"] = str(program)
    processes = Processes()
    served = dict.fromkeys([MODEL, *models, *later], DEV.model(MODEL))
    environment = DEV.model_copy(update={"models": served})

    def job(part: str, *after: str, model: str | None = None) -> StackJob:
        (folder / part).mkdir(exist_ok=True)
        (folder / part / "cdk.tf.json").write_text('{"terraform": {}}')
        target = Target(environment, model) if model else None
        return StackJob(part, part, target, after, Stack(folder / part, os.environ, processes))

    shared = [job(LAMBDA), job(S3, LAMBDA)]
    first, second = (
        [job(model, LAMBDA, S3, model=model) for model in names] for names in (models, later)
    )
    return Work(environment, [*shared, *first], second, processes, lambda *_: None)


def nothing(*_: object) -> dict[str, str]:
    return {}


def live(target: Target, on_state: Callable[[str], None], *, rolled_back: bool) -> Proof:
    """The answer of the prover, which takes the word of the apply for it that SageMaker rolled back."""
    on_state("InService")
    verdict = Verdict.ROLLED_BACK if rolled_back else Verdict.LIVE
    return Proof(target.model, verdict, "key", "key", "key", "key", False, None, [])


def reviewed(work: Work) -> None:
    """Apply after a review that approves everything."""
    run.apply_after_review(work, lambda _: True)


either_way = pytest.mark.parametrize("apply", [reviewed, run.apply_without_review])


def journal(folder: Path, command: str) -> list[str]:
    """What Terraform did for one of its commands."""
    lines = (folder / "journal").read_text().splitlines()
    return [line.removeprefix(f"{command} ") for line in lines if line.startswith(f"{command} ")]


def applies_of_a(folder: Path) -> int:
    """How often Terraform ran `apply` for the stack of the model a."""
    return journal(folder, "apply").count("a ends")


def results(work: Work) -> dict[str, str | None]:
    return {job.name: job.result for job in work.jobs}


def refuse(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    *states: str,
    then: Callable[[], None] = lambda: None,
) -> None:
    """Let the apply of `a` fail with `words`, until its endpoint has been in all of these states."""
    failure = folder / "fail-apply-a"
    failure.write_text(f'{words} "arn:aws:sagemaker:us-east-1:123456789012:endpoint/a".')
    left = list(states)

    def state(*_: object) -> str:
        now = left.pop(0)
        if not left:
            failure.unlink()
            then()
        return now

    monkeypatch.setattr(retry, "endpoint_state", state)
    monkeypatch.setattr(retry, "POLL_SECONDS", 0)
    monkeypatch.setattr(retry, "PAUSE_SECONDS", 0)
