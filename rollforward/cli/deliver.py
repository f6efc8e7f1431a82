"""The command deliver."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

from config.schema import settings
from config.schema.settings import Environment
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json, ModelName
from rollforward.console import err, out
from rollforward.errors import UsageError
from rollforward.operations import deliver as delivery
from rollforward.operations import wanted as sources
from rollforward.operations.deliver import Verdict

app = typer.Typer()


@app.command()
def deliver(
    model: ModelName,
    archive: Annotated[Path, typer.Argument(help="A model.tar.gz.")],
    version: Annotated[
        str | None, typer.Option(help="Its name; the time of day if not given.")
    ] = None,
    metrics: Annotated[
        Path | None, typer.Option(help="A metrics.json: what it scored, numbers by name.")
    ] = None,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Upload a model and wait for the verdict; exit code 1 if it was refused."""
    with exit_on_error():
        if not archive.is_file():
            raise UsageError(f"no file {str(archive)!r} to deliver")
        environment = settings.load(env)
        if unfollowed := sources.unfollowed(environment, model):
            err.print(f"note: {unfollowed}", markup=False)
        verdict = _delivered(environment, model, archive, version, metrics)
        if as_json:
            print_json(verdict)
        else:
            out.print(_shown(environment, verdict), markup=False)
        raise typer.Exit(0 if verdict.approved or verdict.waiting else 1)


def _delivered(
    environment: Environment,
    model: str,
    archive: Path,
    version: str | None,
    metrics: Path | None,
) -> Verdict:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(f"delivering {archive.name}", total=archive.stat().st_size)

        def uploaded(size: int) -> None:
            progress.update(task, advance=size)
            if progress.finished:
                progress.update(task, description="waiting for the verdict")

        return delivery.deliver(environment, model, archive, version, uploaded, metrics)


def _shown(environment: Environment, verdict: Verdict) -> str:
    lines = [
        f"{verdict.delivered}: {verdict.status}, registry version {verdict.registry_version}",
        verdict.reason,
    ]
    if verdict.waiting:
        approve = f"rollforward approve {verdict.model} {verdict.registry_version}"
        lines.append(f"waiting for approval: {approve} --env {environment.name}")
    return "\n".join(lines)
