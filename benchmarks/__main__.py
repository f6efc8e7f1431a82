"""`python -m benchmarks [PART…]`: print the figures on stdout and the progress on stderr."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import apply, fleet, handler, inspection, synth
from benchmarks.figure import Figure
from config.schema.settings import ENVIRONMENTS_VARIABLE
from rollforward.folders import EXAMPLE_ENVIRONMENTS, ROOT


class Part(StrEnum):
    SYNTH = "synth"
    COLD = "cold"
    FLEET = "fleet"
    HANDLER = "handler"
    INSPECTION = "inspection"
    APPLY = "apply"


MEASURES: dict[Part, Callable[[Callable[[str], None]], Iterator[Figure]]] = {
    Part.SYNTH: synth.measure_warm,
    Part.COLD: synth.measure_cold,
    Part.FLEET: fleet.measure,
    Part.HANDLER: handler.measure,
    Part.INSPECTION: inspection.measure,
    Part.APPLY: apply.measure,
}


def main(
    parts: Annotated[
        list[Part] | None, typer.Argument(help="What to measure; all of it if not given.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure the figures in the README: medians of several runs, and their ratios."""
    os.environ[ENVIRONMENTS_VARIABLE] = str(ROOT / EXAMPLE_ENVIRONMENTS)
    # Without it, the time that jsii takes to print a warning about Node 20 is measured too.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    with Console(stderr=True).status("measuring") as status:
        figures = [figure for part in parts or Part for figure in MEASURES[part](status.update)]
    if as_json:
        typer.echo(json.dumps([asdict(figure) for figure in figures], indent=2))
    else:
        Console().print(_table(figures))


def _table(figures: list[Figure]) -> Table:
    table = Table("part", "what", "median", "ratio", "goal")
    for figure in figures:
        table.add_row(
            figure.part,
            figure.what,
            f"{figure.median:,.3g} {figure.unit}"
            if figure.median < 100
            else f"{figure.median:,.0f} {figure.unit}",
            f"{figure.ratio:.2f}" if figure.ratio is not None else "",
            figure.goal or "",
        )
    return table


if __name__ == "__main__":
    typer.run(main)
