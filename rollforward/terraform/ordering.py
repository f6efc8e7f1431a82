"""Runs tasks in threads, each after the tasks that it needs.

A task that fails stops only the tasks that need it.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from rollforward.console import err
from rollforward.errors import RollforwardError
from rollforward.terraform.processes import Processes, ignore_interrupts

# Terraform and its AWS provider use 0.7 GB of memory each, and one CPU for two seconds. Then they wait
# for AWS, which takes minutes to roll an endpoint.
MEMORY_BYTES = 1024**3
PER_CPU = 4


class SkippedError(RollforwardError):
    """A task was not run, because a task that it needs failed."""


def skipped_because(name: str, needed: Sequence[str]) -> SkippedError:
    return SkippedError(f"{name} is skipped: it needs {', '.join(needed)}")


def run_side_by_side(
    tasks: Mapping[str, Callable[[], None]],
    after: Mapping[str, Sequence[str]],
    processes: Processes,
) -> dict[str, RollforwardError]:
    """Run `tasks`, each after the tasks that `after` names for it; return the errors by the task's name.

    The memory of this machine limits how many run at a time. On Ctrl-C, interrupt `processes` and wait for
    them before KeyboardInterrupt is raised.
    """
    progress = _Progress(dict(tasks), after)
    pool = ThreadPoolExecutor(at_a_time())
    try:
        while progress.waiting or progress.running:
            progress.start_what_can_start(pool)
            progress.wait_for_one()
    except KeyboardInterrupt:
        with ignore_interrupts():
            processes.interrupt()
            if progress.running:
                names = ", ".join(progress.running.values())
                err.print(f"waiting for Terraform to stop cleanly: {names}")
            pool.shutdown(cancel_futures=True)
        raise
    finally:
        pool.shutdown()
    return progress.errors


@dataclass
class _Progress:
    """`waiting` are the tasks that have not started, `running` the names of those that run."""

    waiting: dict[str, Callable[[], None]]
    after: Mapping[str, Sequence[str]]
    running: dict[Future[None], str] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    errors: dict[str, RollforwardError] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A task may name others that are not to be run.
        self.needs = {
            name: [other for other in self.after.get(name, ()) if other in self.waiting]
            for name in self.waiting
        }

    def start_what_can_start(self, pool: ThreadPoolExecutor) -> None:
        """Start each task whose needs are done; skip each task whose needs have failed."""
        for name in list(self.waiting):
            if failed := [other for other in self.needs[name] if other in self.errors]:
                del self.waiting[name]
                self.errors[name] = skipped_because(name, failed)
            elif self.done.issuperset(self.needs[name]):
                self.running[pool.submit(self.waiting.pop(name))] = name

    def wait_for_one(self) -> None:
        """Wait until a task ends."""
        ended, _ = wait(self.running, return_when=FIRST_COMPLETED)
        for future in ended:
            name = self.running.pop(future)
            if error := _error(future):
                self.errors[name] = error
            else:
                self.done.add(name)


def _error(future: Future[None]) -> RollforwardError | None:
    try:
        future.result()
    except RollforwardError as error:
        return error
    return None


def at_a_time() -> int:
    """How many tasks may run at a time."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(PER_CPU * (os.cpu_count() or 1), memory // MEMORY_BYTES))
