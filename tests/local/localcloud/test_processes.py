"""The processes of the local cloud: none is left after its end."""

import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from localcloud.cloud import LocalCloud, local_cloud
from localcloud.errors import LocalCloudError
from tests.local.localcloud.client import ACCOUNT, REGION, Cloud, wait_until


def test_no_process_is_left_after_the_block(
    tmp_path: Path, archives: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # _processes finds ministack by its file of decisions, which must be in this cloud's folder.
    monkeypatch.delenv("LOCALCLOUD_DECISIONS", raising=False)
    with local_cloud(tmp_path, ACCOUNT, REGION) as running:
        cloud = Cloud(running)
        cloud.deliver("v1", archives["v1"])
        cloud.create("sentiment", "v1")
        cloud.deliver("v2", archives["v2"])
        cloud.start_baking("sentiment", "v2")
        assert len(_processes(tmp_path)) == 4  # ministack, the stand-in, and two containers
        assert all(_listens(url) for url in _urls(running))
    assert _processes(tmp_path) == []
    assert not any(_listens(url) for url in _urls(running))


def test_no_process_is_left_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), local_cloud(tmp_path, ACCOUNT, REGION) as running:
        raise KeyboardInterrupt
    assert _processes(tmp_path) == []
    assert not any(_listens(url) for url in _urls(running))


def test_every_process_ends_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = f"""
import sys, time
from pathlib import Path
from localcloud.cloud import local_cloud
with local_cloud(Path({str(tmp_path)!r}), {ACCOUNT!r}, {REGION!r}) as cloud:
    print(cloud.sagemaker, cloud.environment["AWS_ENDPOINT_URL"], flush=True)
    time.sleep(60)
"""
    command = [sys.executable, "-c", script]
    project = Path(__file__).parents[3]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        urls = parent.stdout.readline().decode().split()
        assert len(urls) == 2
        parent.kill()
    wait_until(lambda: not any(_listens(url) for url in urls))
    wait_until(lambda: not _processes(tmp_path))


def test_the_error_of_a_server_that_does_not_start_names_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_port = 1 << 20
    monkeypatch.setattr("localcloud.cloud.free_port", lambda: no_port)
    with ExitStack() as block:
        with pytest.raises(LocalCloudError, match=r"ended with code 1; its log is .*\.log"):
            block.enter_context(local_cloud(tmp_path, ACCOUNT, REGION))
        assert _processes(tmp_path) == []


def _urls(cloud: LocalCloud) -> list[str]:
    return [cloud.sagemaker, cloud.environment["AWS_ENDPOINT_URL"]]


def _listens(url: str) -> bool:
    address = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname, address.port)) == 0


def _processes(folder: Path) -> list[str]:
    """The command lines of the processes that have a file in `folder` among their arguments."""
    command = ["ps", "-A", "-ww", "-o", "args="]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in listing.stdout.splitlines() if f"{folder.resolve()}/" in line]
