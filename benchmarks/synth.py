"""Synthesis of `dev`: stock bindings against lazy ones, with a warm and with a cold package cache of jsii."""

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


def measure_warm(report: Callable[[str], None]) -> Iterator[Figure]:
    _synthesize(FAST)  # fills the cache
    stock, fast = [], []
    for number in range(RUNS):
        report(f"synth of dev, run {number + 1} of {RUNS}: stock")
        stock.append(_synthesize(STOCK))
        report(f"synth of dev, run {number + 1} of {RUNS}: fast")
        fast += [_synthesize(FAST), _synthesize(FAST)]
    yield from _compare("synth", "dev", medians(stock), medians(fast), goal="≤ 0.10, ≤ 2.0 s")


def measure_cold(report: Callable[[str], None]) -> Iterator[Figure]:
    stock, fast = [], []
    for number in range(RUNS):
        report(f"first synth of dev, run {number + 1} of {RUNS}: stock")
        stock.append(_synthesize_cold(STOCK))
        report(f"first synth of dev, run {number + 1} of {RUNS}: fast")
        fast.append(_synthesize_cold(FAST))
    yield from _compare("cold", "dev, empty cache", medians(stock), medians(fast), goal=None)


def _synthesize(how: Mapping[str, str]) -> Run:
    with tempfile.TemporaryDirectory() as out:
        environment = {**os.environ, **how, "DEPLOYMENT_ENV": "dev", "CDKTF_OUTDIR": out}
        return run([sys.executable, "main.py"], environment)


def _synthesize_cold(how: Mapping[str, str]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        return _synthesize({**how, "JSII_RUNTIME_PACKAGE_CACHE_ROOT": str(Path(folder) / "cache")})


def _compare(part: str, what: str, stock: Run, fast: Run, goal: str | None) -> Iterator[Figure]:
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
