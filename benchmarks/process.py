"""Runs a command, and measures its time and the memory of its process tree."""

import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil

ROOT = Path(__file__).parents[1]
# Short enough to find the peak of a run of one second, long enough not to slow the run down.
SAMPLE_SECONDS = 0.02
MB = 1024**2


@dataclass(frozen=True)
class Run:
    """Wall time, and peaks of resident memory: of Python, of Node, of the whole process tree."""

    seconds: float
    python_mb: float
    node_mb: float
    peak_mb: float


def run(command: Sequence[str], environment: Mapping[str, str], cwd: Path = ROOT) -> Run:
    """Run the command. Raises CalledProcessError with its stderr if it fails."""
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
    """Resident memory in bytes, by name of program."""
    held: dict[str, float] = {}
    try:
        for each in [process, *process.children(recursive=True)]:
            name = each.name()
            held[name] = held.get(name, 0) + each.memory_info().rss
    except psutil.NoSuchProcess:  # ended while its children were listed
        pass
    return held
