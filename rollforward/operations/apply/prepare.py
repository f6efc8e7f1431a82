"""Prepares an apply: synthesizes the stacks, and finds out in which order they can be planned.

    lambda ──► s3 ──► sagemaker-<model>, for each model on its own

The plan of an endpoint reads the model's pointer, which the Lambda stack creates. In a new environment the
endpoints can only be planned after the shared stacks are applied.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import names
from config.schema.settings import Environment
from rollforward.aws.pointer import models_without_pointer, registered_key
from rollforward.errors import RollforwardError
from rollforward.folders import WORK
from rollforward.operations.apply.stack_job import StackJob
from rollforward.target import Target
from rollforward.terraform.cli_configuration import cli_environment
from rollforward.terraform.processes import Processes
from rollforward.terraform.stack import Stack
from rollforward.terraform.synthesize import synthesize

LAMBDA, S3 = "lambda", "s3"
# Terraform and its provider spend a quarter of their CPU time on collecting 60 MB of garbage.
FEW_COLLECTIONS = {"GOGC": "400"}

# Called with the name of a stack and what it is doing: "planning", "applying", …
Report = Callable[[str, str], None]


@dataclass(frozen=True)
class Work:
    """The stacks to plan or apply. Those in `later` can be planned after those in `first` are applied."""

    environment: Environment
    first: list[StackJob]
    later: list[StackJob]
    processes: Processes
    report: Report

    @property
    def jobs(self) -> list[StackJob]:
        return [*self.first, *self.later]


@contextmanager
def prepare(environment: Environment, models: Sequence[str], report: Report) -> Iterator[Work]:
    """Synthesize the endpoints' stacks of `models`, or every stack if no model is named.

    Raises ConfigError for an unknown model, RollforwardError if the pointer of a named model does not exist,
    or if another command works in the same folder.
    """
    targets = [Target(environment, model) for model in dict.fromkeys(models)]
    folder = (WORK / "apply" / environment.name).resolve()
    with _lock(folder):
        with ThreadPoolExecutor(1) as pool:
            synth = pool.submit(synthesize, environment.name, folder / "cdktf.out", models)
            for target in targets:
                registered_key(target)  # raises if the model is not deployed
            later = set() if targets else models_without_pointer(environment)
            synth.result()
        processes = Processes()
        jobs = _jobs(environment, targets, folder, processes)
        yield Work(
            environment,
            [job for job in jobs if job.target is None or job.target.model not in later],
            [job for job in jobs if job.target and job.target.model in later],
            processes,
            report,
        )


def _jobs(
    environment: Environment, targets: Sequence[Target], folder: Path, processes: Processes
) -> list[StackJob]:
    environ = {**FEW_COLLECTIONS, **os.environ, **cli_environment(folder)}

    def job(part: str, target: Target | None, *after: str) -> StackJob:
        name = names.stack(environment, part)
        stack = Stack(folder / "cdktf.out" / "stacks" / name, environ, processes)
        before = tuple(names.stack(environment, other) for other in after)
        return StackJob(name, part, target, before, stack)

    # S3 validates the function when the notification is created.
    shared = [] if targets else [job(LAMBDA, None), job(S3, None, LAMBDA)]
    every = targets or [Target(environment, model) for model in environment.models]
    return [*shared, *(job(one.stack_part, one, LAMBDA, S3) for one in every)]


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Raise RollforwardError if another command holds the folder: each would overwrite the other's plans."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "in-use").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RollforwardError(
                f"another rollforward command plans or applies in {folder}: run this one after it ends"
            ) from None
        yield
