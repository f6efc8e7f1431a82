"""Synthesis of 1, 10, 100 and 500 models, and of one selected model of 500."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import yaml

from benchmarks.figure import Figure
from benchmarks.process import Run, medians, run
from rollforward.folders import EXAMPLE_ENVIRONMENTS, ROOT

RUNS = 3
SIZES = (1, 10, 100, 500)


def measure(report: Callable[[str], None]) -> Iterator[Figure]:
    found: dict[int, list[Run]] = {size: [] for size in SIZES}
    selected = []
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            _write_environment(Path(folder), size)
        for number in range(RUNS):
            for size in SIZES:
                report(f"synth of {size} models, run {number + 1} of {RUNS}")
                found[size].append(_synthesize(folder, size))
            report(f"synth of one of 500 models, run {number + 1} of {RUNS}")
            selected.append(_synthesize(folder, 500, selected="model-250"))
    yield from _figures({size: medians(runs) for size, runs in found.items()}, medians(selected))


def _figures(found: dict[int, Run], selected: Run) -> Iterator[Figure]:
    for size, fleet in found.items():
        what = "1 model" if size == 1 else f"{size} models"
        yield Figure(part="fleet", what=what, median=fleet.seconds, unit="s")
        yield Figure(part="fleet", what=f"{what}: memory", median=fleet.peak_mb, unit="MB")
    more = 500 - 100
    yield Figure(
        part="fleet",
        what="one more model",
        median=(found[500].seconds - found[100].seconds) / more * 1000,
        unit="ms",
        goal="≤ 25 ms",
    )
    yield Figure(
        part="fleet",
        what="one more model: memory",
        median=(found[500].peak_mb - found[100].peak_mb) / more,
        unit="MB",
        goal="≤ 1 MB",
    )
    yield Figure(
        part="fleet",
        what="one selected of 500 models",
        median=selected.seconds,
        unit="s",
        ratio=selected.seconds / found[1].seconds,
        against="1 model",
        goal="≤ 1.2",
    )


def _write_environment(folder: Path, size: int) -> None:
    """Write the example's `dev` with `size` copies of its model."""
    content = yaml.safe_load((ROOT / EXAMPLE_ENVIRONMENTS / "dev.yaml").read_text("utf-8"))
    (model,) = content["models"].values()
    content["models"] = {f"model-{number:03}": model for number in range(1, size + 1)}
    (folder / f"fleet-{size}.yaml").write_text(yaml.safe_dump(content), "utf-8")


def _synthesize(folder: str, size: int, selected: str = "") -> Run:
    with tempfile.TemporaryDirectory() as out:
        return run(
            [sys.executable, "-m", "benchmarks.fleet_app", folder, f"fleet-{size}", out],
            {**os.environ, "ROLLFORWARD_MODELS": selected, "ROLLFORWARD_STOCK_JSII": ""},
        )
