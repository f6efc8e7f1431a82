"""Plans and applies the stacks of an environment: in their order, and side by side where there is none.

    lambda ──► s3 ──► sagemaker-<model>, each model's for itself

A plan needs nothing of its neighbours, but that of an endpoint reads the model's pointer, which the Lambda
stack makes: on a new environment, endpoints are planned once the shared stacks are applied.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from config import names
from config.settings import Environment
from rollforward import aws
from rollforward.capacity import capacity
from rollforward.errors import RollforwardError
from rollforward.last_apply import last_outputs
from rollforward.options import WORK
from rollforward.processes import Processes
from rollforward.side_by_side import SkippedError, side_by_side, skipped
from rollforward.status import registered
from rollforward.terraform import Change, Plan, Stack, cli_environment, synthesize

LAMBDA, S3 = "lambda", "s3"

PLANNED, NO_CHANGES, APPLIED = "planned", "no changes", "applied"
FAILED, SKIPPED, DECLINED, LATER = "failed", "skipped", "declined", "can be planned"
RESULTS = {NO_CHANGES, APPLIED, FAILED, SKIPPED}

# Told of what each stack is at: "planning", "applying", …
Tell = Callable[[str, str], None]


@dataclass
class Job:
    """One stack and what became of it. `model` is None of the shared ones.

    `after` names those that must be applied before it; `outputs` maps those that change to (before, after).
    """

    name: str
    part: str
    model: str | None
    after: tuple[str, ...]
    stack: Stack
    result: str | None = None
    changes: Sequence[Change] = ()
    outputs: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    error: str | None = None

    @property
    def in_order(self) -> bool:
        return self.result in (PLANNED, NO_CHANGES, APPLIED)


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
def prepared(environment: Environment, models: Sequence[str], tell: Tell) -> Iterator[Work]:
    """Synthesize the endpoints' stacks of `models`, or every stack if none is named.

    Raises ConfigError for an unknown model, RollforwardError if a named model's pointer is not deployed, or
    if somebody works in the same folder.
    """
    for model in models:
        environment.model(model)
    for model in models:
        registered(environment, model)
    folder = (WORK / "apply" / environment.name).resolve()
    with _alone(folder):
        synthesize(environment.name, folder / "cdktf.out", models)
        environ = {**os.environ, **cli_environment(folder)}
        processes = Processes()
        later = set() if models else _without_pointer(environment)
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


def plan(work: Work, jobs: Sequence[Job], *, values: bool = True) -> None:
    """Plan each of `jobs`. With `values`, outputs are known before the apply: that takes longer."""
    tasks = {}
    for job in jobs:
        work.tell(job.name, "waiting")
        # Asked here, one after the other: boto3 does not make clients in several threads.
        variables = capacity(work.environment, job.model, job.stack.folder) if job.model else {}
        tasks[job.name] = partial(_plan, job, variables, values, work.tell)
    plans = side_by_side(tasks, {}, work.processes)
    for job in jobs:
        found = plans[job.name]
        if isinstance(found, RollforwardError):
            _give_up(job, found, work.tell)
            continue
        job.result = NO_CHANGES if found.empty else PLANNED
        job.changes, job.outputs = found.changes, dict(found.outputs)
        if job.outputs and not values:
            before = last_outputs(work.environment, job.part)
            job.outputs = {name: (before.get(name), None) for name in job.outputs}


def apply(work: Work, jobs: Sequence[Job]) -> None:
    """Apply the plans of `jobs`, each after those that it comes after."""
    tasks = {job.name: partial(_apply, job, work.tell) for job in jobs}
    after = {job.name: job.after for job in jobs}
    done = side_by_side(tasks, after, work.processes)
    for job in jobs:
        found = done[job.name]
        if isinstance(found, RollforwardError):
            _give_up(job, found, work.tell)
        elif job.result == PLANNED:
            job.result = APPLIED
            now = last_outputs(work.environment, job.part) if job.outputs else {}
            job.outputs = {name: (was, now.get(name)) for name, (was, _) in job.outputs.items()}


def apply_all(work: Work, approve: Callable[[Sequence[Job]], bool], *, values: bool) -> None:
    """Plan and apply, one round after the other; nothing that `approve` says no to."""
    for jobs in filter(None, (work.first, work.later)):
        unmet = [job.name for job in work.first if jobs is work.later and not job.in_order]
        if unmet:
            for job in jobs:
                _give_up(job, skipped(job.name, unmet), work.tell)
            continue
        plan(work, jobs, values=values)
        to_do = [job for job in jobs if job.result == PLANNED]
        if to_do and not approve(jobs):
            for job in to_do:
                job.result = DECLINED
            continue
        apply(work, jobs)


def _plan(job: Job, variables: Mapping[str, str], values: bool, tell: Tell) -> Plan:
    tell(job.name, "planning")
    job.stack.init()
    found = job.stack.plan(variables=variables, values=values)
    tell(job.name, NO_CHANGES if found.empty else PLANNED)
    return found


def _apply(job: Job, tell: Tell) -> None:
    if job.result == FAILED:
        raise RollforwardError(job.error)
    if job.result == PLANNED:
        tell(job.name, "applying")
        job.stack.apply()
        tell(job.name, APPLIED)


def _give_up(job: Job, error: RollforwardError, tell: Tell) -> None:
    job.result = SKIPPED if isinstance(error, SkippedError) else FAILED
    job.error = str(error)
    tell(job.name, job.result)


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


def _without_pointer(environment: Environment) -> set[str]:
    """The models that are not known to the Lambda stack as it is applied."""
    client = aws.ssm(environment)
    missing = set()
    for model in environment.models:
        try:
            client.get_parameter(Name=names.pointer(environment, model))
        except client.exceptions.ParameterNotFound:
            missing.add(model)
    if missing:
        aws.require_account(environment)  # in another account, nothing is ever there
    return missing


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
