"""The commands plan and apply."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from config.addresses import ENDPOINT_TYPE
from config.outputs import ENDPOINT_CONFIGURATION
from config.schema import settings
from config.schema.settings import Environment
from rollforward.cli.apply_progress import ApplyProgress
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.cli.prove import format_proof
from rollforward.console import err, out
from rollforward.errors import RollforwardError, UsageError
from rollforward.operations.apply import run as applying
from rollforward.operations.apply.bake_note import roll_note
from rollforward.operations.apply.run import Work
from rollforward.operations.apply.stack_job import APPLIED, LATER, Job
from rollforward.operations.prove import Proof
from rollforward.terraform.plans import Change

app = typer.Typer()


Models = Annotated[
    list[str] | None,
    typer.Argument(help="Only the endpoints of these models; every stack if none is given."),
]


@app.command()
def plan(models: Models = None, env: EnvironmentName = "dev", as_json: Json = False) -> None:
    """Show what an apply would change, stack by stack."""
    with exit_on_error():
        environment = settings.load(env)
        with _work(environment, models or []) as (work, _):
            applying.plan(work, work.first)
        for job in work.later:
            job.result = LATER
        if as_json:
            print_json([_as_json(job) for job in work.jobs])
        else:
            _show(environment, work.jobs, out)
        _raise([job.error for job in work.jobs if job.error])


@app.command()
def apply(
    models: Models = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Plan, ask, apply, and prove that endpoints serve what was asked for; exit code 1 if one does not."""
    with exit_on_error():
        environment = settings.load(env)
        if not yes and not sys.stdin.isatty():
            raise UsageError("there is no terminal to ask on: pass --yes to apply unasked")
        with _work(environment, models or []) as (work, progress):
            if yes:
                applying.apply_without_review(work)
            else:
                applying.apply_after_review(
                    work, partial(_approved, environment, progress, as_json)
                )
        proofs = [job.proof for job in work.jobs if job.proof]
        if as_json:
            print_json({"stacks": [_as_json(job) for job in work.jobs], "proofs": proofs})
        else:
            _tell_results(work, proofs)
        _raise([job.error for job in work.jobs if job.error])
        held = all(proof.holds for proof in proofs)
        done = all(job.in_order for job in work.jobs)
        raise typer.Exit(0 if held and done else 1)


@contextmanager
def _work(environment: Environment, models: Sequence[str]) -> Iterator[tuple[Work, ApplyProgress]]:
    with (
        ApplyProgress() as progress,
        applying.prepare(environment, models, progress.tell) as work,
    ):
        try:
            yield work, progress
        except KeyboardInterrupt:
            # Terraform's last words may be of a lock that it could not release.
            for job in work.jobs:
                if job.error:
                    err.print(job.error, markup=False)
            raise


def _approved(
    environment: Environment, progress: ApplyProgress, as_json: bool, jobs: Sequence[Job]
) -> bool:
    with progress.paused():
        _show(environment, jobs, err if as_json else out)
        try:
            return err.input("Apply this? Only `yes` does: ", markup=False).strip() == "yes"
        except EOFError:
            return False


def _tell_results(work: Work, proofs: Sequence[Proof]) -> None:
    for job in work.jobs:
        counted = Counter(verb(change) for change in job.changes)
        summary = ", ".join(f"{count} {what}" for what, count in counted.items())
        out.print(f"{job.name}: {job.result}{f' ({summary})' if summary else ''}", markup=False)
        if job.note:
            out.print(f"  {job.note}", markup=False)
        if job.result == APPLIED:
            _show_outputs(job, out)
    for proof in proofs:
        out.print(format_proof(work.environment, proof), markup=False)


def _raise(errors: Sequence[str]) -> None:
    if errors:
        raise RollforwardError("\n\n".join(errors))


def _show(environment: Environment, jobs: Sequence[Job], console: Console) -> None:
    """What the plans would change."""
    for job in jobs:
        after = f" once {' and '.join(job.after)} are applied" if job.result == LATER else ""
        console.print(f"[bold]{job.name}[/]: {job.result}{after}")
        for change in job.changes:
            console.print(f"  {verb(change):<8} {change.address}", markup=False)
        _show_outputs(job, console)
        model = environment.models.get(job.model or "")
        if model and (note := roll_note(model.serving, job.changes)):
            console.print(f"  {note}", markup=False)
        for warning in _warnings(job):
            console.print(f"  [bold red]{escape(warning)}[/]")


def _show_outputs(job: Job, console: Console) -> None:
    for name, (before, after) in job.outputs.items():
        now = "known after the apply" if after is None else after
        console.print(f"  {name}: {now if before is None else f'{before} → {now}'}", markup=False)


def verb(change: Change) -> str:
    """`replace` for the two orders of it."""
    return "replace" if len(change.actions) > 1 else change.actions[0]


def _warnings(job: Job) -> list[str]:
    """What a reviewer must know of a change of the endpoint before it is applied."""
    changed = [change for change in job.changes if change.address.startswith(f"{ENDPOINT_TYPE}.")]
    return [
        f"{warning}: {change.address}"
        for change in changed
        if (warning := _warning(verb(change), same=ENDPOINT_CONFIGURATION not in job.outputs))
    ]


def _warning(verb: str, *, same: bool) -> str | None:
    """`same` is whether the endpoint keeps its configuration."""
    if verb == "delete":
        return "THE ENDPOINT IS DELETED: nothing answers after it"
    if verb == "replace":
        return "THE ENDPOINT IS REPLACED: nothing answers until the new one is up"
    if verb == "update" and same:
        return (
            "THE ENDPOINT ROLLS to the configuration that it has already: a changed rollout or list of "
            "alarms takes effect by a roll (changed tags alone do not roll)"
        )
    return None


def _as_json(job: Job) -> dict[str, Any]:
    return {
        "stack": job.name,
        "result": job.result,
        "changes": [
            {"address": change.address, "actions": list(change.actions)} for change in job.changes
        ],
        "outputs": {
            name: {"before": before, "after": after}
            for name, (before, after) in job.outputs.items()
        },
        "error": job.error,
        "note": job.note,
        "warnings": _warnings(job),
    }
