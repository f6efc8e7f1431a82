"""Run one server of the local cloud: start its process, wait until it is ready, stop it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from localcloud.errors import LocalCloudError
from localcloud.processes.ports import LOOPBACK

# The working directory in which `python -m` finds the modules.
ROOT = Path(__file__).parents[2]
SECONDS_TO_START = 30
SECONDS_TO_STOP = 3


class Server:
    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self._name = name
        self._process = process
        self._log = log

    def wait_until_ready(self, port: int, path: str) -> None:
        """Return once `path` answers 200. Raises LocalCloudError if the process ends or needs too long."""
        polling = Retrying(
            retry=retry_if_result(lambda answers: not answers),
            wait=wait_fixed(0.05),
            stop=stop_after_delay(SECONDS_TO_START),
        )
        try:
            polling(self._answers, port, path)
        except RetryError:
            raise LocalCloudError(
                f"{self._name} was not ready within {SECONDS_TO_START} s; its log is {self._log}"
            ) from None

    def _answers(self, port: int, path: str) -> bool:
        if (code := self._process.poll()) is not None:
            raise LocalCloudError(f"{self._name} ended with code {code}; its log is {self._log}")
        connection = HTTPConnection(LOOPBACK, port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


@contextmanager
def run_server(
    name: str, module: Sequence[str], log: Path, environment: Mapping[str, str]
) -> Iterator[Server]:
    """Run `python -m <module>`; after the block, stop it and all processes that it started."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "localcloud.processes.end_with_parent", *module],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C does not reach the server, and the servers are stopped in order.
            start_new_session=True,
        )
    try:
        yield Server(name, process, log)
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    _signal_group(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(SECONDS_TO_STOP)
    # Processes that are left in the group ignored the signal, or the server did not stop them.
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def _signal_group(leader: int, which: signal.Signals) -> None:
    # For a group that has already ended, Linux raises the first and macOS the second.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, which)
