"""Runs programs side by side, in threads, and interrupts all of them together: each one once.

Python raises KeyboardInterrupt in the main thread only. That thread calls `interrupt`, and waits.
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

POLL_SECONDS = 0.5
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Processes:
    """The programs that run at the moment. After an interrupt, no other program is started."""

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
        """Run a program, and return its exit code. `meanwhile` is called regularly while it runs.

        The output goes to files: if this process is killed, a pipe would kill the program as well.
        """
        process: subprocess.Popen[bytes] | None = None
        try:
            with defer_interrupts():
                process = self._start(command, folder, environ, out, err)
            return _wait(process, meanwhile)
        except KeyboardInterrupt:
            if process:
                print(f"waiting for terraform {command[1]} to stop cleanly", file=sys.stderr)
                with ignore_interrupts():
                    self.interrupt()
                    process.wait()
            raise
        finally:
            with self._lock:
                self._running.discard(process)

    def _start(
        self,
        command: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        out: IO[bytes],
        err: IO[bytes],
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            self.require_going_on()
            process = subprocess.Popen(
                command,
                cwd=folder,
                env={**environ},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                # The terminal sends Ctrl-C to this process only, which passes it on once: after a second
                # interrupt, Terraform stops without writing its state.
                start_new_session=True,
            )
            self._running.add(process)
            return process

    def require_going_on(self) -> None:
        """Raise RollforwardError after an interrupt."""
        if self._interrupted:
            raise RollforwardError("interrupted")

    def interrupt(self) -> None:
        """Send each program that runs one interrupt, and start no other."""
        with self._lock:
            self._interrupted = True
            for process in self._running:
                process.send_signal(signal.SIGINT)


@contextmanager
def defer_interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt after the block instead of inside it, where it could lose what was started."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Python raises KeyboardInterrupt in the main thread only
        return
    received: list[int] = []
    before = {number: signal.getsignal(number) for number in SIGNALS}
    handled = {number: handler for number, handler in before.items() if callable(handler)}
    for number in handled:
        signal.signal(number, lambda received_number, _: received.append(received_number))
    try:
        yield
    finally:
        for number, handler in handled.items():
            signal.signal(number, handler)
    if received:
        raise KeyboardInterrupt


@contextmanager
def ignore_interrupts() -> Iterator[None]:
    """Ignore the signals that interrupt, while something must be waited for. Main thread only."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait(process: subprocess.Popen[bytes], meanwhile: Callable[[], None]) -> int:
    while True:
        try:
            return process.wait(POLL_SECONDS)
        except subprocess.TimeoutExpired:
            meanwhile()
