"""Shows plans and the results of an apply, as text or as data."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape

from config.addresses import ENDPOINT_TYPE
from config.outputs import ENDPOINT_CONFIGURATION
from rollforward.operations.apply.bake_note import bake_note
from rollforward.operations.apply.stack_job import APPLIED, LATER, StackJob
from rollforward.terraform.plans import Change


def print_plans(jobs: Sequence[StackJob], console: Console) -> None:
    """Print what each plan would change."""
    for job in jobs:
        after = f" after {' and '.join(job.after)} are applied" if job.result == LATER else ""
        console.print(f"[bold]{job.name}[/]: {job.result}{after}")
        for change in job.changes:
            console.print(f"  {_verb(change):<8} {change.address}", markup=False)
        _print_outputs(job, console)
        if job.target and (note := bake_note(job.target.settings.serving, job.changes)):
            console.print(f"  {note}", markup=False)
        for warning in _warnings(job):
            console.print(f"  [bold red]{escape(warning)}[/]")


def print_results(jobs: Sequence[StackJob], console: Console) -> None:
    """Print what became of each stack."""
    for job in jobs:
        counts = Counter(_verb(change) for change in job.changes)
        summary = ", ".join(f"{count} {verb}" for verb, count in counts.items())
        console.print(f"{job.name}: {job.result}{f' ({summary})' if summary else ''}", markup=False)
        if job.note:
            console.print(f"  {job.note}", markup=False)
        if job.result == APPLIED:
            _print_outputs(job, console)


def as_data(job: StackJob) -> dict[str, Any]:
    """A stack for the output of `--json`."""
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


def _print_outputs(job: StackJob, console: Console) -> None:
    for name, (before, after) in job.outputs.items():
        now = "known after the apply" if after is None else after
        console.print(f"  {name}: {now if before is None else f'{before} → {now}'}", markup=False)


def _verb(change: Change) -> str:
    """Terraform's verb; `replace` for a deletion and a creation in any order."""
    return "replace" if len(change.actions) > 1 else change.actions[0]


def _warnings(job: StackJob) -> list[str]:
    """What a reviewer must know about a change of the endpoint."""
    keeps_configuration = ENDPOINT_CONFIGURATION not in job.outputs
    return [
        f"{warning}: {change.address}"
        for change in job.changes
        if change.address.startswith(f"{ENDPOINT_TYPE}.")
        and (warning := _warning(_verb(change), keeps_configuration=keeps_configuration))
    ]


def _warning(verb: str, *, keeps_configuration: bool) -> str | None:
    if verb == "delete":
        return "THE ENDPOINT IS DELETED: after the apply, nothing answers"
    if verb == "replace":
        return "THE ENDPOINT IS REPLACED: nothing answers until the new endpoint is in service"
    if verb == "update" and keeps_configuration:
        return (
            "THE ENDPOINT ROLLS to the configuration that it already has: a change of the rollout or of the "
            "alarms takes effect by a roll (a change of tags alone does not start a roll)"
        )
    return None
