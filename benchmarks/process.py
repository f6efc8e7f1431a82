"""Run a command; tell how long it took and how much memory it and its children held."""

import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).parents[1]
# Often enough to see the peak of a second's run, seldom enough not to be seen in its time.
SAMPLE_SECONDS = 0.02
MB = 1024**2


@dataclass(frozen=True)
class Run:
    """`python_mb` and `node_mb` are the peaks of either; `peak_mb` that of all together."""

    seconds: float
    python_mb: float
    node_mb: float
    peak_mb: float


def run(command: Sequence[str], environment: Mapping[str, str], cwd: Path = ROOT) -> Run:
    """Raises CalledProcessError, with what the command said, if it fails."""
    start = time.perf_counter()
    python = node = peak = 0.0
    with psutil.Popen(
        command,
        env=environment,
        cwd=cwd,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        while process.poll() is None:
            now = _memory(process)
            node = max(node, now.get("node", 0))
            peak = max(peak, sum(now.values()))
            python = max(python, sum(now.values()) - now.get("node", 0))
            time.sleep(SAMPLE_SECONDS)
        seconds = time.perf_counter() - start
        if process.returncode:
            raise subprocess.CalledProcessError(
                process.returncode, command, stderr=process.stderr.read().decode()
            )
    return Run(seconds, python / MB, node / MB, peak / MB)


def medians(runs: Iterable[Run]) -> Run:
    runs = list(runs)
    return Run(
        median(run.seconds for run in runs),
        median(run.python_mb for run in runs),
        median(run.node_mb for run in runs),
        median(run.peak_mb for run in runs),
    )


def _memory(process: psutil.Popen) -> dict[str, float]:
    """Resident bytes by program."""
    held: dict[str, float] = {}
    try:
        for each in [process, *process.children(recursive=True)]:
            name = each.name()
            held[name] = held.get(name, 0) + each.memory_info().rss
    except psutil.NoSuchProcess:  # ended between two questions
        pass
    return held
