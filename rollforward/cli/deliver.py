"""`rollforward deliver`."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn

from config.schema import settings
from lambda_src.shared.gate import listed
from lambda_src.shared.metrics import MAX_KEPT, kept_names
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json, ModelName
from rollforward.console import err, is_animated, out
from rollforward.errors import UsageError
from rollforward.operations import deliver as operation
from rollforward.operations.check_archive import check_archive
from rollforward.operations.deliver import DeliveryResult
from rollforward.operations.wanted import pointer_note
from rollforward.target import Target

app = typer.Typer()


@app.command()
def deliver(
    model: ModelName,
    archive: Annotated[Path, typer.Argument(help="A model.tar.gz.")],
    version: Annotated[
        str | None, typer.Option(help="The version's name; the current time if no name is given.")
    ] = None,
    metrics: Annotated[
        Path | None, typer.Option(help="A metrics.json: the model's metrics, numbers by name.")
    ] = None,
    check_only: Annotated[
        bool,
        typer.Option("--check-only", help="Inspect as the registrar does, and upload nothing."),
    ] = False,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Upload a model and wait for the registrar's decision; exit code 1 if it rejects the model."""
    with exit_on_error():
        target = Target(settings.load(env), model)
        if not archive.is_file():
            raise UsageError(f"there is no file {str(archive)!r} to deliver")
        if check_only:
            if metrics:
                operation.read_metrics(metrics)
            _check(target, archive, as_json)
        for note in (pointer_note(target), metrics and _metrics_note(target, metrics)):
            if note:
                err.print(f"note: {note}", markup=False)
        result = _deliver(target, archive, version, metrics)
        if as_json:
            print_json(result)
        else:
            out.print(_result_text(target, result), markup=False)
        raise typer.Exit(0 if result.approved or result.waiting else 1)


def _check(target: Target, archive: Path, as_json: bool) -> NoReturn:
    """Print what the registrar would say; exit with 1 if it would refuse the archive."""
    found = check_archive(target, archive)
    if as_json:
        print_json(found)
    elif found.sound:
        out.print(f"{archive}: sound; nothing was uploaded", markup=False)
    else:
        out.print(f"{archive}: the registrar would refuse it\n{found.reason}", markup=False)
    if found.sound and not found.layout_checked:
        err.print("note: the image is your own: what it loads was not checked")
    if found.sound and not found.smoke_request:
        err.print("note: no code/smoke.json: no request will prove that the model answers")
    raise typer.Exit(0 if found.sound else 1)


def _metrics_note(target: Target, path: Path) -> str | None:
    """Names the metrics that the registry does not keep with the version."""
    numbers = operation.read_metrics(path)
    gated = [rule.metric for rule in target.settings.promotion.rules]
    unkept = sorted(numbers.keys() - set(kept_names(numbers, gated)))
    if not unkept:
        return None
    return (
        f"the gate uses every metric, but `history` will not show {len(unkept)} of them: "
        f"{listed(unkept)}. SageMaker keeps {MAX_KEPT} metrics with a version, and no name with other "
        "characters than letters, digits and _.:/=+-@"
    )


def _deliver(
    target: Target, archive: Path, version: str | None, metrics: Path | None
) -> DeliveryResult:
    """Deliver the archive; show the progress of the upload on stderr."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=err, transient=True, disable=not is_animated()) as progress:
        task = progress.add_task(f"delivering {archive.name}", total=archive.stat().st_size)

        def show(size: int) -> None:
            progress.update(task, advance=size)
            if progress.finished:
                progress.update(task, description="waiting for the registrar")

        return operation.deliver(target, archive, version, show, metrics)


def _result_text(target: Target, result: DeliveryResult) -> str:
    lines = [
        f"{result.delivered}: {result.status}, registry version {result.registry_version}",
        result.reason,
    ]
    if result.waiting:
        lines.append(f"waiting for approval: {target.command('approve', result.registry_version)}")
    return "\n".join(lines)
