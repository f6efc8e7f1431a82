"""Runs tasks in threads, each after those that it needs; one that fails stops only those that need it."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from rollforward.console import err
from rollforward.errors import RollforwardError
from rollforward.processes import Processes, deaf

Result = TypeVar("Result")


class SkippedError(RollforwardError):
    """What it needs has failed."""


def skipped(name: str, needed: Sequence[str]) -> SkippedError:
    return SkippedError(f"{name} is skipped: it needs {', '.join(needed)}")


def side_by_side(
    tasks: Mapping[str, Callable[[], Result]],
    after: Mapping[str, Sequence[str]],
    processes: Processes,
) -> dict[str, Result | RollforwardError]:
    """The result of each task, or why it has none. As many at a time as there are CPUs.

    On Ctrl-C, `processes` are interrupted and waited for before KeyboardInterrupt is raised.
    """
    done: dict[str, Result | RollforwardError] = {}
    waiting = dict(tasks)
    running: dict[Future[Result], str] = {}
    pool = ThreadPoolExecutor(os.cpu_count())
    try:
        while waiting or running:
            for name in list(waiting):
                needed = [one for one in after.get(name, ()) if one in tasks]
                failed = [one for one in needed if isinstance(done.get(one), RollforwardError)]
                if failed:
                    del waiting[name]
                    done[name] = skipped(name, failed)
                elif all(one in done for one in needed):
                    running[pool.submit(waiting.pop(name))] = name
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                name = running.pop(future)
                try:
                    done[name] = future.result()
                except RollforwardError as error:
                    done[name] = error
    except KeyboardInterrupt:
        if running:
            err.print(f"waiting for Terraform to stop cleanly: {', '.join(running.values())}")
        with deaf():
            processes.interrupt()
            pool.shutdown(cancel_futures=True)
        raise
    finally:
        pool.shutdown()
    return done
