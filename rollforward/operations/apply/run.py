"""Plans and applies the stacks of an environment: in their order, and side by side where there is none.

    lambda ──► s3 ──► sagemaker-<model>, each model's for itself

A plan needs nothing of its neighbours, but that of an endpoint reads the model's pointer, which the Lambda
stack makes: on a new environment, endpoints are planned once the shared stacks are applied.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from config import names
from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.errors import RollforwardError
from rollforward.folders import WORK
from rollforward.operations.apply.instance_count import instance_options
from rollforward.operations.apply.retry import apply_until_settled, is_roll_back
from rollforward.operations.apply.review import require_reviewed
from rollforward.operations.apply.stack_job import (
    APPLIED,
    APPLIED_AGAIN,
    APPLIED_BUT_ROLLED_BACK,
    APPLYING,
    DECLINED,
    FAILED,
    NO_CHANGES,
    PLANNED,
    PLANNING,
    PROVING,
    SKIPPED,
    WAITING_FOR_THE_ENDPOINT,
    Job,
)
from rollforward.operations.prove import prove
from rollforward.operations.status import registered, without_pointer
from rollforward.operations.terraform_state import last_outputs
from rollforward.terraform.cli_configuration import cli_environment
from rollforward.terraform.errors import TerraformError
from rollforward.terraform.ordering import SkippedError, run_side_by_side, skipped
from rollforward.terraform.plans import Plan, plan_of
from rollforward.terraform.processes import Processes
from rollforward.terraform.stack import Stack
from rollforward.terraform.synthesize import synthesize

LAMBDA, S3 = "lambda", "s3"
# Terraform and its provider spend a quarter of their CPU time on collecting 60 MB of garbage.
FEW_COLLECTIONS = {"GOGC": "400"}

# Told of what each stack is at: "planning", "applying", …
Tell = Callable[[str, str], None]


@dataclass(frozen=True)
class Work:
    """The stacks to plan or apply, in two rounds: `later` ones can be planned once the first are applied."""

    environment: Environment
    first: list[Job]
    later: list[Job]
    processes: Processes
    tell: Tell

    @property
    def jobs(self) -> list[Job]:
        return [*self.first, *self.later]


@contextmanager
def prepare(environment: Environment, models: Sequence[str], tell: Tell) -> Iterator[Work]:
    """Synthesize the endpoints' stacks of `models`, or every stack if none is named.

    Raises ConfigError for an unknown model, RollforwardError if a named model's pointer is not deployed, or
    if somebody works in the same folder.
    """
    for model in models:
        environment.model(model)
    folder = (WORK / "apply" / environment.name).resolve()
    with _alone(folder):
        with ThreadPoolExecutor(1) as meanwhile:
            synth = meanwhile.submit(synthesize, environment.name, folder / "cdktf.out", models)
            for model in models:
                registered(environment, model)
            later = set() if models else without_pointer(environment)
            synth.result()
        environ = {**FEW_COLLECTIONS, **os.environ, **cli_environment(folder)}
        processes = Processes()
        jobs = []
        for part, after, served in _parts(environment, models):
            name = names.stack(environment, part)
            stack = Stack(folder / "cdktf.out" / "stacks" / name, environ, processes)
            before = tuple(names.stack(environment, one) for one in after)
            jobs.append(Job(name, part, served, before, stack))
        yield Work(
            environment,
            [job for job in jobs if job.model not in later],
            [job for job in jobs if job.model in later],
            processes,
            tell,
        )


def plan(work: Work, jobs: Sequence[Job]) -> None:
    """Plan each of `jobs`."""
    _run(work, jobs, _plan, ordered=False)


def apply_after_review(work: Work, approve: Callable[[Sequence[Job]], bool]) -> None:
    """Plan, apply and prove, one round after the other; nothing that `approve` says no to."""
    for jobs in filter(None, (work.first, work.later)):
        unmet = [job.name for job in work.first if jobs is work.later and not job.in_order]
        if unmet:
            for job in jobs:
                _skip(work, job, skipped(job.name, unmet))
            continue
        plan(work, jobs)
        to_do = [job for job in jobs if job.result == PLANNED]
        if to_do and not approve(jobs):
            for job in to_do:
                job.result = DECLINED
            continue
        _run(work, jobs, _apply, ordered=True)


def apply_without_review(work: Work) -> None:
    """Apply what there is to apply, and prove it: every stack once those before it are applied."""
    _run(work, work.jobs, _plan_and_apply, ordered=True)


def _run(
    work: Work, jobs: Sequence[Job], step: Callable[[Work, Job], None], *, ordered: bool
) -> None:
    def attended(job: Job) -> None:
        try:
            with clients.translate_errors():
                step(work, job)
        except RollforwardError as error:
            job.give_up(error)
            raise
        finally:
            work.tell(job.name, job.ending)

    errors = run_side_by_side(
        {job.name: partial(attended, job) for job in jobs},
        {job.name: job.after for job in jobs} if ordered else {},
        work.processes,
    )
    for job in jobs:
        # The others have told of their errors themselves.
        if isinstance(error := errors.get(job.name), SkippedError):
            _skip(work, job, error)


def _plan(work: Work, job: Job) -> None:
    work.tell(job.name, PLANNING)
    job.stack.init()
    found = job.stack.plan(*instance_options(work.environment, job.model, job.stack.folder))
    _settle(job, found, PLANNED)


def _apply(work: Work, job: Job) -> None:
    if job.result == FAILED:
        raise RollforwardError(job.error)
    if job.result == PLANNED:
        work.tell(job.name, APPLYING)
        with _told_by_the_proof(job):
            now = apply_until_settled(
                job.stack.apply,
                lambda _: _apply_the_rest(work, job),
                work.environment,
                job.model,
                partial(_told_of_endpoint, work, job),
            )
            job.outputs = {name: (was, now.get(name)) for name, (was, _) in job.outputs.items()}
            job.result = APPLIED
    _prove(work, job)


def _plan_and_apply(work: Work, job: Job) -> None:
    work.tell(job.name, APPLYING)
    before = last_outputs(work.environment, job.part)
    job.stack.init()
    options = instance_options(work.environment, job.model, job.stack.folder)
    with _told_by_the_proof(job):
        done = apply_until_settled(
            lambda: job.stack.plan_and_apply(*options),
            lambda error: Plan(
                plan_of(error.printed).changes,
                {name: (None, now) for name, now in _apply_again(work, job).items()},
            ),
            work.environment,
            job.model,
            partial(_told_of_endpoint, work, job),
        )
        outputs = {
            name: (before.get(name), now)
            for name, (_, now) in done.outputs.items()
            if before.get(name) != now
        }
        _settle(job, Plan(done.changes, outputs), APPLIED)
    _prove(work, job)


@contextmanager
def _told_by_the_proof(job: Job) -> Iterator[None]:
    """That SageMaker rolls back fails the apply; the proof knows why, and rejects the version."""
    try:
        yield
    except TerraformError as error:
        if not is_roll_back(error):
            raise
        job.result = APPLIED_BUT_ROLLED_BACK
        job.changes = job.changes or plan_of(error.printed).changes


def _told_of_endpoint(work: Work, job: Job, state: str) -> None:
    work.processes.require_going_on()
    work.tell(job.name, f"{WAITING_FOR_THE_ENDPOINT}, it is {state}")


def _apply_the_rest(work: Work, job: Job) -> dict[str, Any]:
    """Apply what a failed apply has left of the approved plan; the outputs after it."""
    work.tell(job.name, PLANNING)
    second = job.stack.plan(*instance_options(work.environment, job.model, job.stack.folder))
    require_reviewed(work.environment, job, second, job.stack.outputs())
    job.note = APPLIED_AGAIN
    work.tell(job.name, APPLYING)
    return job.stack.apply()


def _apply_again(work: Work, job: Job) -> dict[str, Any]:
    """Apply what there is to apply now, for nobody approved a plan; the outputs after it."""
    job.note = APPLIED_AGAIN
    work.tell(job.name, APPLYING)
    job.stack.plan_and_apply(*instance_options(work.environment, job.model, job.stack.folder))
    return job.stack.outputs()


def _settle(job: Job, found: Plan, result: str) -> None:
    job.result = NO_CHANGES if found.empty else result
    job.changes, job.outputs = found.changes, found.outputs


def _prove(work: Work, job: Job) -> None:
    def seen(state: str) -> None:
        work.processes.require_going_on()
        work.tell(job.name, f"{PROVING}, its endpoint is {state}")

    if job.model is not None:
        job.proof = prove(work.environment, job.model, seen)


def _skip(work: Work, job: Job, error: SkippedError) -> None:
    job.result, job.error = SKIPPED, str(error)
    work.tell(job.name, SKIPPED)


def _parts(
    environment: Environment, models: Sequence[str]
) -> Iterator[tuple[str, tuple[str, ...], str | None]]:
    """Each stack's part of its name, the parts that it comes after, and its model."""
    if not models:
        yield LAMBDA, (), None
        # S3 asks the function before it accepts a notification to it.
        yield S3, (LAMBDA,), None
    for model in dict.fromkeys(models or environment.models):
        yield f"sagemaker-{model}", (LAMBDA, S3), model


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two at once would write over each other's plans."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RollforwardError(
                f"another rollforward plans or applies in {folder}: wait for it"
            ) from None
        yield
