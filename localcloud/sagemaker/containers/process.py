"""Model containers: one process for each variant, with the model's files in its working directory."""

import asyncio
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from localcloud.processes.ports import LOOPBACK, free_port
from localcloud.sagemaker.containers import hub
from localcloud.sagemaker.containers.model_data import ModelData
from localcloud.sagemaker.containers.model_server import TOOLKIT
from localcloud.sagemaker.errors import ContainerError

SCRIPT = Path(__file__).with_name("model_server.py")
SECONDS_TO_START = 60
SECONDS_TO_ANSWER = 60
SECONDS_TO_DRAIN = 10
LINES_OF_LOG = 8


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    content_type: str


class Container:
    """One running process of `model_server.py`."""

    def __init__(
        self, process: asyncio.subprocess.Process, port: int, folder: TemporaryDirectory[str]
    ) -> None:
        self._process = process
        self._port = port
        self._folder = folder
        self._in_flight = 0

    async def invoke(
        self, body: bytes, headers: dict[str, str], seconds: float = SECONDS_TO_ANSWER
    ) -> Answer:
        self._in_flight += 1
        try:
            return await asyncio.to_thread(
                self._request, "POST", "/invocations", body, headers, seconds
            )
        finally:
            self._in_flight -= 1

    async def wait_until_healthy(self) -> bool:
        """Whether the container answers /ping within SECONDS_TO_START, before its process ends."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_START):
                while self._process.returncode is None:
                    with suppress(OSError):
                        ping = await asyncio.to_thread(self._request, "GET", "/ping")
                        return ping.status == 200
                    await asyncio.sleep(0.03)
        return False

    async def drain(self) -> None:
        """Wait for the requests in flight, for SECONDS_TO_DRAIN at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_TO_DRAIN):
                while self._in_flight:
                    await asyncio.sleep(0.02)

    async def stop(self) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        self._folder.cleanup()

    def _request(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        seconds: float = SECONDS_TO_ANSWER,
    ) -> Answer:
        connection = HTTPConnection(LOOPBACK, self._port, timeout=seconds)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            kind = response.headers.get("Content-Type", "application/octet-stream")
            return Answer(response.status, response.read(), kind)
        finally:
            connection.close()


async def start_container(data: ModelData, environment: dict[str, str], log: Path) -> Container:
    """Fetch the model's files and start its container; return the container once it is healthy.

    Raises ContainerError if the container does not become healthy.
    """
    folder = TemporaryDirectory(prefix="model-")
    try:
        await asyncio.to_thread(data.fetch, Path(folder.name))
        port = free_port()
        process = await _spawn(Path(folder.name), port, environment, log)
    except BaseException:
        folder.cleanup()
        raise
    container = Container(process, port, folder)
    try:
        if await container.wait_until_healthy():
            return container
        raise ContainerError(
            "The container did not pass the ping health check. "
            f"Its log, {log.name}, ends with:\n{_last_lines(log)}"
        )
    except BaseException:
        await container.stop()
        raise


async def _spawn(
    folder: Path, port: int, environment: dict[str, str], log: Path
) -> asyncio.subprocess.Process:
    # The model gets neither the local cloud's credentials and modules nor this machine's settings for the
    # hub.
    excluded = ("AWS_", "PYTHON", "HF_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(excluded)}
    with log.open("wb") as output:
        return await asyncio.create_subprocess_exec(
            # Absolute: the container has another working directory.
            str(Path(os.environ.get(TOOLKIT, sys.executable)).absolute()),
            str(SCRIPT),
            str(folder),
            str(port),
            env=inherited | {"PYTHONUNBUFFERED": "1"} | _hub_variables(folder) | environment,
            cwd=folder,
            # The container ends when this pipe closes, and so with this process.
            stdin=asyncio.subprocess.PIPE,
            stdout=output,
            stderr=output,
        )


def _hub_variables(folder: Path) -> dict[str, str]:
    """The URL of the hub, and a cache for it that is deleted with the container."""
    stand_in = os.environ["AWS_ENDPOINT_URL_SAGEMAKER"]
    return {"HF_ENDPOINT": f"{stand_in}{hub.PATH}", "HF_HOME": str(folder / ".huggingface")}


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-LINES_OF_LOG:])
