"""The import time of the registrar's handler, against boto3 alone: a part of its cold start."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from statistics import median

from benchmarks.figure import Figure
from benchmarks.process import ROOT

RUNS = 15
HANDLER = "lambda_src.register_model.handler"
TIMED = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def measure(report: Callable[[str], None]) -> Iterator[Figure]:
    seconds_to_import(HANDLER)  # writes missing bytecode
    boto3, handler = [], []
    for number in range(RUNS):
        report(f"import of the handler, run {number + 1} of {RUNS}")
        boto3.append(seconds_to_import("boto3"))
        handler.append(seconds_to_import(HANDLER))
    before, after = median(boto3), median(handler)
    yield Figure(part="handler", what="import boto3", median=before * 1000, unit="ms")
    yield Figure(
        part="handler",
        what="import the handler",
        median=after * 1000,
        unit="ms",
        ratio=after / before,
        against="import boto3",
        goal="≤ 1.3",
    )


def seconds_to_import(module: str) -> float:
    ran = subprocess.run(
        [sys.executable, "-c", TIMED.format(module)],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    return float(ran.stdout)
