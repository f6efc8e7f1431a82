"""Deployments of `dev` that are made once in a run of tests, and that each story gets a copy of."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.schema.settings import load
from localcloud.behaviour import Behaviour
from localcloud.cloud import local_cloud
from rollforward.terraform.cli_configuration import cli_environment
from tests.local.deployment import Deployment, own_environ
from tests.local.stories import deliver, wait_for

# What a deployment keeps in its folder: the local cloud's state, and the synthesized stacks.
STATE, STACKS = "state", "cdktf.out"


@contextmanager
def dev_in(folder: Path, behaviour: Behaviour | None = None) -> Iterator[Deployment]:
    """`dev` in a local cloud that continues from the folder's state, and leaves its state there."""
    environment = load("dev")
    place = (folder, environment.account, environment.region)
    with local_cloud(*place, behaviour, state=folder / STATE) as cloud:
        environ = {
            **own_environ(),
            **cloud.environment,
            **cli_environment(folder),
            "DEPLOYMENT_ENV": environment.name,
        }
        yield Deployment(environment, folder, environ)


@contextmanager
def story_of(
    snapshot: Path, folder: Path, behaviour: Behaviour | None = None
) -> Iterator[Deployment]:
    """The deployment of a snapshot in a cloud of its own."""
    for kept in (STATE, STACKS):
        shutil.copytree(snapshot / kept, folder / kept, symlinks=True)
    with dev_in(folder, behaviour) as deployment:
        yield deployment


def deploy(folder: Path) -> None:
    """Nothing is delivered yet; a queue subscribes to the environment's topic."""
    with dev_in(folder) as deployment:
        made = deployment.run("bootstrap", "--json")
        assert made.json["created"] is True
        deployment.cdktf("deploy")
        deployment.subscribe()


def serve_v1(deployed: Path, folder: Path) -> None:
    """v1 of the example is live, and all that is told of it is heard."""
    with story_of(deployed, folder) as deployment:
        deliver(deployment, "v1", folder)
        deployment.roll()
        wait_for(lambda: {"registered", "live"} <= set(deployment.told()))


def serve_v2(v1_live: Path, folder: Path) -> None:
    """Then something was refused that is no archive; v2, which is better, is live."""
    with story_of(v1_live, folder) as deployment:
        bad = folder / "bad.tar.gz"
        bad.write_bytes(b"no archive")
        assert deployment.deliver(bad, None, "bad").code == 1
        deliver(deployment, "v2", folder)
        deployment.roll()


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder that `make` has filled, in this worker or in another one."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, made = shared / name, shared / f"{name}.made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            made.touch()
    return folder
