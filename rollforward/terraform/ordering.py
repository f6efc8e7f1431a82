"""Runs tasks in threads, each after the tasks that it needs.

A task that fails stops only the tasks that need it.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from rollforward.console import err
from rollforward.errors import RollforwardError
from rollforward.terraform.processes import Processes, ignore_interrupts

# Terraform and its AWS provider hold 0.7 GB each, and keep a CPU busy for two seconds; then they wait for
# AWS, which takes minutes to roll an endpoint.
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
    done: set[str] = set()
    errors: dict[str, RollforwardError] = {}
    waiting = dict(tasks)
    running: dict[Future[None], str] = {}
    pool = ThreadPoolExecutor(at_a_time())
    try:
        while waiting or running:
            for name in list(waiting):
                needed = [one for one in after.get(name, ()) if one in tasks]
                if failed := [one for one in needed if one in errors]:
                    del waiting[name]
                    errors[name] = skipped_because(name, failed)
                elif done.issuperset(needed):
                    running[pool.submit(waiting.pop(name))] = name
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                name = running.pop(future)
                if error := _error(future):
                    errors[name] = error
                else:
                    done.add(name)
    except KeyboardInterrupt:
        with ignore_interrupts():
            processes.interrupt()
            if running:
                err.print(f"waiting for Terraform to stop cleanly: {', '.join(running.values())}")
            pool.shutdown(cancel_futures=True)
        raise
    finally:
        pool.shutdown()
    return errors


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
