"""An environment in a local cloud, deployed and used through the commands that its users type."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from config import names
from config.settings import Environment
from rollforward.terraform import ROOT, Stack


@dataclass(frozen=True)
class Deployment:
    environment: Environment
    folder: Path
    environ: Mapping[str, str]

    def cdktf(self, command: str) -> str:
        """`npx cdktf <command> '*'`; fails with all that it printed."""
        ran = subprocess.run(
            [
                *("npx", "cdktf", command, "*", "--auto-approve", "--no-color"),
                *("--skip-provider-lock", "--output", str(self.folder / "cdktf.out")),
            ],
            cwd=ROOT,
            env={**self.environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def stack(self, part: str) -> Stack:
        name = names.stack(self.environment, part)
        return Stack(self.folder / "cdktf.out" / "stacks" / name, self.environ)

    @property
    def stacks(self) -> list[Stack]:
        return [self.stack(part) for part in ("lambda", "s3", "sagemaker-sentiment")]

    def run(self, *arguments: str, body: str | None = None) -> "Ran":
        """`python -m rollforward <arguments>`."""
        ran = subprocess.run(
            [sys.executable, "-m", "rollforward", *arguments],
            cwd=ROOT,
            env={**self.environ},
            input=body,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def roll(self) -> None:
        stack = self.stack("sagemaker-sentiment")
        stack.plan()
        stack.apply()

    def client(self, service: Any) -> Any:
        """A boto3 client of this deployment, whatever the test's own environment says."""
        endpoint = self.environ.get(
            f"AWS_ENDPOINT_URL_{service.upper().replace('-', '_')}",
            self.environ["AWS_ENDPOINT_URL"],
        )
        return boto3.client(
            service,
            endpoint_url=endpoint,
            region_name=self.environment.region,
            aws_access_key_id=self.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environ["AWS_SECRET_ACCESS_KEY"],
        )


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)


def own_environ() -> dict[str, str]:
    """This process's environment without what would lead to another cloud, its Python first."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return {**own, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"}
