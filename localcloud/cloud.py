"""The local cloud: an AWS account on this machine, for as long as a `with` block lasts.

Two servers share the work. `ministack` serves S3, Lambda, SSM and most of the rest, and runs
deployed functions for real; SageMaker and Application Auto Scaling come from our own stand-in
beside it. SDKs, Terraform and the functions themselves find both by environment variables alone.
"""

import os
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from localcloud.behaviour import Behaviour
from localcloud.processes.ports import LOOPBACK, free_port
from localcloud.processes.server import running


@dataclass(frozen=True)
class LocalCloud:
    """`environment` is what a process needs, on top of its own variables, to work in this cloud.

    `decisions` is the file of IAM's decisions, one JSON object a line.
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

    Without `state`, the cloud is empty, and what it holds is lost after the block. The folder `state` keeps
    what the cloud holds: the block starts with what an earlier block left in the folder.
    """
    behaviour = behaviour or Behaviour()
    folder = folder.resolve()
    logs, scratch = folder / "logs", folder / "tmp"
    for path in (logs, scratch):
        path.mkdir(parents=True, exist_ok=True)
    aws, sagemaker = free_port(), free_port()
    cloud = LocalCloud(
        environment=_endpoints(aws, sagemaker) | _identity(folder, account, region) | _network(),
        logs=logs,
        sagemaker=_url(sagemaker),
        decisions=_decisions(logs),
    )
    inherited = _without_aws(os.environ) | cloud.environment | {"TMPDIR": str(scratch)}
    inherited |= behaviour.to_environment()
    with ExitStack() as servers:
        ministack = servers.enter_context(
            running(
                "ministack",
                ["localcloud.ministack", str(cloud.decisions)],
                logs / "ministack.log",
                inherited | _ministack(aws, account, region) | _kept_in(state),
            )
        )
        # The stand-in asks ministack for the data of the models that it serves again.
        ministack.wait_until_ready(aws, "/_ministack/ready")
        stand_in = servers.enter_context(
            running(
                "The SageMaker stand-in",
                ["localcloud.sagemaker", str(sagemaker), str(logs), *_sagemaker_file(state)],
                logs / "sagemaker.log",
                inherited,
            )
        )
        stand_in.wait_until_ready(sagemaker, "/ping")
        yield cloud


def _decisions(logs: Path) -> Path:
    """In the folder that LOCALCLOUD_DECISIONS names, for whoever reads those of several clouds."""
    gathered = os.environ.get("LOCALCLOUD_DECISIONS")
    return Path(gathered) / f"{uuid.uuid4()}.jsonl" if gathered else logs / "decisions.jsonl"


def _endpoints(aws: int, sagemaker: int) -> dict[str, str]:
    ours = ("SAGEMAKER", "SAGEMAKER_RUNTIME", "APPLICATION_AUTO_SCALING")
    return {"AWS_ENDPOINT_URL": _url(aws)} | {
        f"AWS_ENDPOINT_URL_{service}": _url(sagemaker) for service in ours
    }


def _identity(folder: Path, account: str, region: str) -> dict[str, str]:
    """Credentials and region; nothing that this machine's own AWS configuration says is read."""
    config = folder / "aws-config"
    config.write_text("[default]\n", encoding="utf-8")
    return {
        # Both servers take a key of twelve digits for the account.
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        # boto3 reads the one, Terraform's provider the other.
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_PROFILE": "default",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(config),
        "AWS_EC2_METADATA_DISABLED": "true",
        # What an emulator lacks answers 500, which is else retried for minutes.
        "AWS_MAX_ATTEMPTS": "2",
    }


def _network() -> dict[str, str]:
    """Keep a proxy, if there is one, out of the way to this machine."""
    existing = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    hosts = ",".join(filter(None, [existing, LOOPBACK, "localhost"]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}


def _ministack(port: int, account: str, region: str) -> dict[str, str]:
    return {
        "BIND_HOST": LOOPBACK,
        "MINISTACK_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": account,
        "MINISTACK_REGION": region,
        # Every request's signature is verified, and every action authorized.
        "AUTH": "true",
        # What a function or a task starts by name.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def _kept_in(state: Path | None) -> dict[str, str]:
    """ministack's own persistence; objects are written at once, all else when it stops."""
    if state is None:
        return {}
    folder = state.resolve() / "ministack"
    return {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
    }


def _sagemaker_file(state: Path | None) -> list[str]:
    return [] if state is None else [str(state.resolve() / "sagemaker.json")]


def _without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


def _url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
