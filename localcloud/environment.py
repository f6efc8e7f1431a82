"""The environment variables of the local cloud: of its clients and of ministack."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from localcloud.processes.ports import LOOPBACK

_SERVICES_OF_STAND_IN = ("SAGEMAKER", "SAGEMAKER_RUNTIME", "APPLICATION_AUTO_SCALING")


def client_variables(
    config: Path, account: str, region: str, *, ministack_port: int, stand_in_port: int
) -> dict[str, str]:
    """The variables of a process that uses the cloud. `config` is an empty file of AWS's configuration."""
    endpoints = {
        f"AWS_ENDPOINT_URL_{service}": url(stand_in_port) for service in _SERVICES_OF_STAND_IN
    }
    return {
        "AWS_ENDPOINT_URL": url(ministack_port),
        **endpoints,
        # For both servers, an access key of twelve digits is the account.
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "local",
        # boto3 reads the first, Terraform's provider the second.
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        # The AWS configuration of this machine is not read.
        "AWS_PROFILE": "default",
        "AWS_CONFIG_FILE": str(config),
        "AWS_SHARED_CREDENTIALS_FILE": str(config),
        "AWS_EC2_METADATA_DISABLED": "true",
        # The servers answer 500 to operations they do not support; SDKs would retry for minutes.
        "AWS_MAX_ATTEMPTS": "2",
        **_without_proxy(),
    }


def ministack_variables(port: int, account: str, region: str, state: Path | None) -> dict[str, str]:
    """The settings of ministack. `state` is the folder that keeps its resources; None keeps nothing."""
    settings = {
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
    if state is None:
        return settings
    # Objects are written at once, other resources when ministack stops.
    return settings | {
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
    }


def without_aws(environment: Mapping[str, str]) -> dict[str, str]:
    """The variables of an environment that AWS's SDKs do not read."""
    return {name: value for name, value in environment.items() if not name.startswith("AWS_")}


def url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def _without_proxy() -> dict[str, str]:
    """Variables that exclude this machine from the use of a proxy."""
    existing = os.environ.get("NO_PROXY") or os.environ.get("no_proxy")
    hosts = ",".join(filter(None, [existing, LOOPBACK, "localhost"]))
    return {"NO_PROXY": hosts, "no_proxy": hosts}
