"""Programs that run side by side, in threads, and are interrupted together: each of them once.

Only the main thread learns of Ctrl-C. It tells everybody here, and waits for them.
"""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from rollforward.errors import RollforwardError

BETWEEN_LOOKS_SECONDS = 0.5
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Processes:
    """What runs at the moment. After an interrupt, nothing more is started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._interrupted = False

    def run(
        self,
        command: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        out: IO[bytes],
        err: IO[bytes],
        meanwhile: Callable[[], None],
    ) -> int:
        """The exit code. Its output goes to files: a pipe would kill the program if we were killed.

        `meanwhile` is called now and then while it runs.
        """
        with self._lock:
            self.require_going_on()
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**environ},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                # Ctrl-C reaches us alone, and Terraform once, from us: a second one makes it drop its state.
                start_new_session=True,
            )
            self._running.add(process)
        try:
            return _ended(process, meanwhile)
        except KeyboardInterrupt:
            print(f"waiting for terraform {command[1]} to stop cleanly", file=sys.stderr)
            with ignore_interrupts():
                self.interrupt()
                process.wait()
            raise
        finally:
            with self._lock:
                self._running.discard(process)

    def require_going_on(self) -> None:
        """Raise RollforwardError after an interrupt."""
        if self._interrupted:
            raise RollforwardError("interrupted")

    def interrupt(self) -> None:
        with self._lock:
            self._interrupted = True
            for process in self._running:
                process.send_signal(signal.SIGINT)


@contextmanager
def ignore_interrupts() -> Iterator[None]:
    """Signals that would interrupt are ignored: what is left to do must be waited for. Main thread only."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ended(process: subprocess.Popen[bytes], meanwhile: Callable[[], None]) -> int:
    while True:
        try:
            return process.wait(BETWEEN_LOOKS_SECONDS)
        except subprocess.TimeoutExpired:
            meanwhile()
