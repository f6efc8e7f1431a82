"""Synthesis of `dev`: the stock bindings against the lazy ones, with jsii's package cache warm and empty."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from benchmarks.figure import Figure
from benchmarks.process import Run, medians, run

RUNS = 3
STOCK = {"ROLLFORWARD_STOCK_JSII": "1"}
FAST = {"ROLLFORWARD_STOCK_JSII": ""}


def warm(tell: Callable[[str], None]) -> Iterator[Figure]:
    _synth(FAST)  # fills the cache
    stock, fast = [], []
    for number in range(RUNS):
        tell(f"synth of dev, run {number + 1} of {RUNS}: stock")
        stock.append(_synth(STOCK))
        tell(f"synth of dev, run {number + 1} of {RUNS}: fast")
        fast += [_synth(FAST), _synth(FAST)]
    yield from _compared("synth", "dev", medians(stock), medians(fast), goal="≤ 0.10, ≤ 2.0 s")


def cold(tell: Callable[[str], None]) -> Iterator[Figure]:
    stock, fast = [], []
    for number in range(RUNS):
        tell(f"first synth of dev, run {number + 1} of {RUNS}: stock")
        stock.append(_first_synth(STOCK))
        tell(f"first synth of dev, run {number + 1} of {RUNS}: fast")
        fast.append(_first_synth(FAST))
    yield from _compared("cold", "dev, empty cache", medians(stock), medians(fast), goal=None)


def _synth(how: Mapping[str, str]) -> Run:
    with tempfile.TemporaryDirectory() as out:
        environment = {**os.environ, **how, "DEPLOYMENT_ENV": "dev", "CDKTF_OUTDIR": out}
        return run([sys.executable, "main.py"], environment)


def _first_synth(how: Mapping[str, str]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        return _synth({**how, "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(Path(folder) / "cache")})


def _compared(part: str, what: str, stock: Run, fast: Run, goal: str | None) -> Iterator[Figure]:
    against = f"{what}, stock"
    yield Figure(part=part, what=against, median=stock.seconds, unit="s")
    yield Figure(
        part=part,
        what=f"{what}, fast",
        median=fast.seconds,
        unit="s",
        ratio=fast.seconds / stock.seconds,
        against=against,
        goal=goal,
    )
    for program in ("python", "node", "peak"):
        label = "all together" if program == "peak" else program.capitalize()
        before, after = (getattr(each, f"{program}_mb") for each in (stock, fast))
        yield Figure(part=part, what=f"{against}: {label}", median=before, unit="MB")
        yield Figure(
            part=part,
            what=f"{what}, fast: {label}",
            median=after,
            unit="MB",
            ratio=after / before,
            against=f"{against}: {label}",
            goal="≤ 250 MB" if goal and program == "peak" else None,
        )
