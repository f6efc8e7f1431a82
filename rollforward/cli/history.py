"""`rollforward history` and `rollforward compare`."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Column, Table

from config.schema import settings
from rollforward.cli import plot as picture
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json, ModelName
from rollforward.console import out
from rollforward.errors import UsageError
from rollforward.operations import compare as comparison
from rollforward.operations import history as operation
from rollforward.operations.compare import GATE, Comparison
from rollforward.operations.history import Version
from rollforward.target import Target

app = typer.Typer()

METRICS_SHOWN = 4


@app.command()
def history(model: ModelName, env: EnvironmentName = "dev", as_json: Json = False) -> None:
    """Show every version of a model: its delivery, metrics, approval status and reason, and what is live."""
    with exit_on_error():
        target = Target(settings.load(env), model)
        promotion = target.settings.promotion
        versions = operation.history(target)
        if as_json:
            print_json(versions)
        else:
            leading = [rule.metric for rule in comparison.rules_of(promotion)]
            out.print(_table(versions, leading))


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
        versions = operation.history(target)
        compared = comparison.compare(promotion, versions, model, a, b)
        if as_json:
            print_json(compared)
            return
        points = comparison.series(versions, plot) if plot is not None else []
        _show(compared)
        if plot is not None:
            out.print()
            out.print(picture.draw(plot, points), markup=False)


def _table(versions: Sequence[Version], leading: Sequence[str]) -> Table:
    table = _plain("", "delivered as", "at", "verdict", "is", "metrics", "reason")
    for one in versions:
        states = [("registered", one.is_registered), ("live", one.is_live)]
        table.add_row(
            str(one.number),
            one.delivered,
            one.delivered_at,
            one.verdict,
            ", ".join(name for name, holds in states if holds),
            _metrics(one.metrics, leading),
            one.reason,
        )
    return table


def _metrics(metrics: dict[str, float], leading: Sequence[str]) -> str:
    names = comparison.ordered(metrics, leading)
    shown = [f"{name} {_number(metrics[name])}" for name in names[:METRICS_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f", +{more}" if more else "")


def _show(compared: Comparison) -> None:
    a, b = compared.a.number, compared.b.number
    if compared.metrics:
        table = _plain("metric", str(a), str(b), "difference")
        for one in compared.metrics:
            difference = "—" if one.difference is None else _number(one.difference, sign="+")
            table.add_row(one.metric, _number(one.a), _number(one.b), difference)
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


def _number(value: float | None, sign: str = "") -> str:
    if value is None:
        return "—"
    return f"{value:{sign}}" if isinstance(value, int) else f"{value:{sign}.6g}"
