"""An AWS account on this machine, while a `with` block runs.

There are two servers. `ministack` serves S3, Lambda, SSM and most other services, and runs deployed
functions. A stand-in serves SageMaker and Application Auto Scaling. SDKs, Terraform and the functions find
both through environment variables only.
"""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localcloud.behaviour import Behaviour
from localcloud.environment import client_variables, ministack_variables, url, without_aws
from localcloud.processes.ports import free_port
from localcloud.processes.server import run_server


@dataclass(frozen=True)
class LocalCloud:
    """`environment` has the environment variables that a process needs to use this cloud.

    `logs` is the folder of logs, `sagemaker` the URL of the SageMaker stand-in, `decisions` the file of IAM's
    decisions: one JSON object a line.
    """

    environment: dict[str, str]
    logs: Path
    sagemaker: str
    decisions: Path


@contextmanager
def local_cloud(
    folder: Path,
    account: str,
    region: str,
    behaviour: Behaviour | None = None,
    state: Path | None = None,
) -> Iterator[LocalCloud]:
    """Start a cloud for one account, with its logs in `folder`; stop it after the block.

    Without `state`, the cloud is empty, and its resources are lost after the block. With the folder `state`,
    the cloud starts with the resources that the folder keeps from an earlier block.
    """
    folder, state = folder.resolve(), state and state.resolve()
    ministack_port, stand_in_port = free_port(), free_port()
    cloud = _describe(folder, account, region, ministack_port, stand_in_port)
    inherited = without_aws(os.environ) | cloud.environment | {"TMPDIR": _create(folder / "tmp")}
    inherited |= (behaviour or Behaviour()).to_environment()
    ministack = run_server(
        "ministack",
        ["localcloud.ministack", str(cloud.decisions)],
        cloud.logs / "ministack.log",
        inherited
        | ministack_variables(ministack_port, account, region, state and state / "ministack"),
    )
    stand_in = run_server(
        "The SageMaker stand-in",
        [
            *("localcloud.sagemaker", str(stand_in_port), str(cloud.logs)),
            *([str(state / "sagemaker.json")] if state else []),
        ],
        cloud.logs / "sagemaker.log",
        inherited,
    )
    with ministack as server:
        # The stand-in reads from ministack the data of the models that it serves again.
        server.wait_until_ready(ministack_port, "/_ministack/ready")
        with stand_in as server:
            server.wait_until_ready(stand_in_port, "/ping")
            yield cloud


def _describe(
    folder: Path, account: str, region: str, ministack_port: int, stand_in_port: int
) -> LocalCloud:
    logs, config = Path(_create(folder / "logs")), folder / "aws-config"
    config.write_text("[default]\n", encoding="utf-8")
    return LocalCloud(
        environment=client_variables(
            config, account, region, ministack_port=ministack_port, stand_in_port=stand_in_port
        ),
        logs=logs,
        sagemaker=url(stand_in_port),
        decisions=_decisions(logs),
    )


def _create(folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def _decisions(logs: Path) -> Path:
    """The file of IAM's decisions: in LOCALCLOUD_DECISIONS, a folder for those of several clouds, if set."""
    folder = os.environ.get("LOCALCLOUD_DECISIONS")
    return Path(folder) / f"{uuid.uuid4()}.jsonl" if folder else logs / "decisions.jsonl"
