"""An AWS account on this machine, while a `with` block runs.

There are two servers. `ministack` serves S3, Lambda, SSM and most other services, and runs deployed
functions. A stand-in serves SageMaker and Application Auto Scaling. SDKs, Terraform and the functions find
both through environment variables only.
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
            run_server(
                "ministack",
                ["localcloud.ministack", str(cloud.decisions)],
                logs / "ministack.log",
                inherited | _ministack(aws, account, region) | _persistence(state),
            )
        )
        # The stand-in reads from ministack the data of the models that it serves again.
        ministack.wait_until_ready(aws, "/_ministack/ready")
        stand_in = servers.enter_context(
            run_server(
                "The SageMaker stand-in",
                ["localcloud.sagemaker", str(sagemaker), str(logs), *_stand_in_state(state)],
                logs / "sagemaker.log",
                inherited,
            )
        )
        stand_in.wait_until_ready(sagemaker, "/ping")
        yield cloud


def _decisions(logs: Path) -> Path:
    """The file of IAM's decisions: in LOCALCLOUD_DECISIONS, a folder for those of several clouds, if set."""
    folder = os.environ.get("LOCALCLOUD_DECISIONS")
    return Path(folder) / f"{uuid.uuid4()}.jsonl" if folder else logs / "decisions.jsonl"


def _endpoints(aws: int, sagemaker: int) -> dict[str, str]:
    stand_in = ("SAGEMAKER", "SAGEMAKER_RUNTIME", "APPLICATION_AUTO_SCALING")
    return {"AWS_ENDPOINT_URL": _url(aws)} | {
        f"AWS_ENDPOINT_URL_{service}": _url(sagemaker) for service in stand_in
    }


def _identity(folder: Path, account: str, region: str) -> dict[str, str]:
    """Credentials and region. The AWS configuration of this machine is not read."""
    config = folder / "aws-config"
    config.write_text("[default]\n", encoding="utf-8")
    return {
        # For both servers, an access key of twelve digits is the account.
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        # boto3 reads the first, Terraform's provider the second.
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_PROFILE": "default",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(config),
        "AWS_EC2_METADATA_DISABLED": "true",
        # The servers answer 500 to operations they do not support; SDKs would retry for minutes.
        "AWS_MAX_ATTEMPTS": "2",
    }


def _network() -> dict[str, str]:
    """Do not use a proxy for this machine."""
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
        # Verify the signature of every request, and authorize every action.
        "AUTH": "true",
        # For programs that a function or a task starts by name.
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def _persistence(state: Path | None) -> dict[str, str]:
    """ministack's persistence: objects are written at once, other resources when it stops."""
    if state is None:
        return {}
    folder = state.resolve() / "ministack"
    return {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(folder),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(folder / "s3"),
    }


def _stand_in_state(state: Path | None) -> list[str]:
    return [] if state is None else [str(state.resolve() / "sagemaker.json")]


def _without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


def _url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"
