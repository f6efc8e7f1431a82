"""One server of the local cloud: a process that is started, waited for, and always stopped."""

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

# `python -m` finds this project's modules from here, whatever folder the caller stands in.
PROJECT = Path(__file__).parents[2]
SECONDS_TO_START = 30
SECONDS_TO_STOP = 3


class Server:
    def __init__(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        self._name = name
        self._process = process
        self._log = log

    def wait_until_ready(self, port: int, path: str) -> None:
        """Return when `path` answers 200; raises LocalCloudError if that does not come about."""
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
def running(
    name: str, module: Sequence[str], log: Path, environment: Mapping[str, str]
) -> Iterator[Server]:
    """Run `python -m <module>`; after the block, stop it and everything that it started."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "localcloud.processes.end_with_parent", *module],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A session of its own: Ctrl-C reaches us alone, and we stop the servers in order.
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
    # What is left in its group by now was deaf, or was left behind by the server itself.
    _signal_group(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def _signal_group(leader: int, which: signal.Signals) -> None:
    # Of a group that has ended already, Linux says the one and macOS the other.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, which)
