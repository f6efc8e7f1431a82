"""`rollforward plan` and `rollforward apply`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Annotated

import typer

from config.schema import settings
from config.schema.settings import Environment
from rollforward.cli.apply_progress import ApplyProgress
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.cli.plan_view import as_data, print_plans, print_results
from rollforward.cli.proof_view import proof_text
from rollforward.console import err, out
from rollforward.errors import RollforwardError, UsageError
from rollforward.operations.apply import run as applying
from rollforward.operations.apply.prepare import Work, prepare
from rollforward.operations.apply.stack_job import LATER, StackJob
from rollforward.target import Target

app = typer.Typer()

Models = Annotated[
    list[str] | None,
    typer.Argument(help="Only the endpoints of these models; every stack if no model is named."),
]


@app.command()
def plan(models: Models = None, env: EnvironmentName = "dev", as_json: Json = False) -> None:
    """Show what an apply would change, stack by stack."""
    with exit_on_error():
        environment = settings.load(env)
        with _prepared_work(environment, models or []) as (work, _):
            applying.plan(work, work.first)
        for job in work.later:
            job.result = LATER
        if as_json:
            print_json([as_data(job) for job in work.jobs])
        else:
            print_plans(work.jobs, out)
        _raise_errors(work.jobs)


@app.command()
def apply(
    models: Models = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without a review.")] = False,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Plan, ask, apply, and prove each endpoint; exit code 1 if one does not serve what was asked for."""
    with exit_on_error():
        environment = settings.load(env)
        if not yes and not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask on: pass --yes to apply without a review")
        with _prepared_work(environment, models or []) as (work, progress):
            if yes:
                applying.apply_without_review(work)
            else:
                applying.apply_after_review(work, partial(_ask_for_approval, progress, as_json))
        proofs = [job.proof for job in work.jobs if job.proof]
        if as_json:
            print_json({"stacks": [as_data(job) for job in work.jobs], "proofs": proofs})
        else:
            print_results(work.jobs, out)
            for proof in proofs:
                out.print(proof_text(Target(environment, proof.model), proof), markup=False)
        _raise_errors(work.jobs)
        succeeded = all(job.succeeded for job in work.jobs)
        raise typer.Exit(0 if succeeded and all(proof.holds for proof in proofs) else 1)


@contextmanager
def _prepared_work(
    environment: Environment, models: Sequence[str]
) -> Iterator[tuple[Work, ApplyProgress]]:
    with ApplyProgress() as progress, prepare(environment, models, progress.report) as work:
        try:
            yield work, progress
        except KeyboardInterrupt:
            # Terraform's last message may name a lock that it could not release.
            for job in work.jobs:
                if job.error:
                    err.print(job.error, markup=False)
            raise


def _ask_for_approval(progress: ApplyProgress, as_json: bool, jobs: Sequence[StackJob]) -> bool:
    with progress.paused():
        print_plans(jobs, err if as_json else out)
        try:
            return err.input("Apply this? Enter `yes` to apply: ", markup=False).strip() == "yes"
        except EOFError:
            return False


def _raise_errors(jobs: Sequence[StackJob]) -> None:
    if errors := [job.error for job in jobs if job.error]:
        raise RollforwardError("\n\n".join(errors))
