"""`rollforward history` and `rollforward compare`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Column, Table

from config.schema import settings
from rollforward.cli import plot as picture
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.history_view import number_text, version_facts, version_lines
from rollforward.cli.options import EnvironmentName, Json, ModelName
from rollforward.console import out
from rollforward.errors import UsageError
from rollforward.operations import compare as comparison
from rollforward.operations import history as operation
from rollforward.operations.compare import GATE, Comparison
from rollforward.operations.history import Version
from rollforward.target import Target

app = typer.Typer()

DEFAULT_LIMIT = 20


@app.command()
def history(
    model: ModelName,
    version: Annotated[
        int | None, typer.Option(help="Show every fact of the version with this number.")
    ] = None,
    limit: Annotated[
        int, typer.Option(min=1, help="How many versions to show, the newest ones.")
    ] = DEFAULT_LIMIT,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Show the newest versions of a model, one line each, or with --version every fact of one."""
    with exit_on_error():
        target = Target(settings.load(env), model)
        if version is None:
            found = operation.history(
                target, limit + 1
            )  # one more tells whether there are older ones
        else:
            found = [operation.version(target, version)]
        if as_json:
            print_json(found[:limit])
            return
        leading = [rule.metric for rule in comparison.rules_of(target.settings.promotion)]
        if version is not None:
            out.print(version_facts(found[0], leading), markup=False)
        else:
            _show_versions(target, found, leading, limit)


def _show_versions(
    target: Target, found: Sequence[Version], leading: Sequence[str], limit: int
) -> None:
    if not found:
        deliver = target.command("deliver", "model.tar.gz", "--metrics", "metrics.json")
        out.print(f"{target.model} has no version yet: {deliver}", markup=False)
        return
    for line in version_lines(found[:limit], leading, out.width):
        out.print(line, markup=False)
    notes = [f"every fact of one: {target.command('history', '--version', found[0].number)}"]
    if len(found) > limit:
        notes.append(f"older versions: {target.command('history', '--limit', 2 * limit)}")
    for note in notes:
        out.print(note, markup=False)


@app.command()
def compare(
    model: ModelName,
    a: Annotated[
        int, typer.Argument(help="The number of a version, as `rollforward history` shows it.")
    ],
    b: Annotated[int, typer.Argument(help="The version to compare with it.")],
    plot: Annotated[
        str | None, typer.Option(metavar="METRIC", help="Plot this metric over all versions.")
    ] = None,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Show the metrics of two versions, and whether the gate would approve B while A is live."""
    with exit_on_error():
        if plot is not None and as_json:
            raise UsageError(
                "--plot prints a picture, which --json cannot contain: pass only one of them"
            )
        target = Target(settings.load(env), model)
        promotion = target.settings.promotion
        # A plot needs the metrics of every version: one request for each.
        versions = (
            operation.versions_with_key_of(target, a, b)
            if plot is None
            else operation.history(target)
        )
        compared = comparison.compare(promotion, versions, model, a, b)
        if as_json:
            print_json(compared)
            return
        points = comparison.series(versions, plot) if plot is not None else []
        _show(compared)
        if plot is not None:
            out.print()
            out.print(picture.draw(plot, points), markup=False)


def _show(compared: Comparison) -> None:
    a, b = compared.a.number, compared.b.number
    if compared.metrics:
        table = _plain("metric", str(a), str(b), "difference")
        for one in compared.metrics:
            difference = "—" if one.difference is None else number_text(one.difference, sign="+")
            table.add_row(one.metric, number_text(one.a), number_text(one.b), difference)
        out.print(table)
    else:
        out.print("neither version has metrics")
    out.print()
    for version in (compared.a, compared.b):
        reason = f": {version.reason}" if version.reason else ""
        out.print(f"version {version.number} is {version.verdict}{reason}", markup=False)
    for line in _gate(compared):
        out.print(line, markup=False)


def _gate(compared: Comparison) -> list[str]:
    if compared.gate != GATE:
        return [f"the gate is {compared.gate}: it does not check metrics"]
    a, b = compared.a.number, compared.b.number
    if not compared.objections:
        return [f"with version {a} live, the gate would approve version {b}"]
    return [
        f"with version {a} live, the gate would reject version {b}:",
        *(f"  {objection}" for objection in compared.objections),
    ]


def _plain(*titles: str) -> Table:
    """A table that folds long values and never cuts them."""
    return Table(*(Column(title, overflow="fold") for title in titles), box=None)
