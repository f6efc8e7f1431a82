"""A copy of the project with two models, whose commands run against a local cloud."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import yaml

from benchmarks.checkout import ENVIRONMENT
from config import names
from config.schema.settings import Environment
from examples.sentiment.build import build
from rollforward.folders import EXAMPLE_ENVIRONMENTS
from tests.local.deployment import Ran, packed


@dataclass(frozen=True)
class Site:
    environment: Environment
    folder: Path
    environ: Mapping[str, str]

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "rollforward", *arguments],
            cwd=self.folder,
            env={**self.environ},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> Ran:
        process = self.start(*arguments)
        out, err = process.communicate()
        return Ran(process.returncode, out, err)

    def approve(self, *arguments: str, meanwhile: Callable[[], object] = lambda: None) -> Ran:
        """Run a command at a terminal, and approve its plan after `meanwhile`."""
        keyboard, terminal = os.openpty()
        process = self.start(*arguments, stdin=terminal)
        assert process.stderr
        asked = ""
        while not asked.endswith("Apply this? Enter `yes` to apply: "):
            read = process.stderr.read(1)
            assert read, asked
            asked += read
        meanwhile()
        os.write(keyboard, b"yes\n")
        out, err = process.communicate()
        os.close(keyboard)
        os.close(terminal)
        return Ran(process.returncode, out, asked + err)

    def deliver(self, model: str, version: str) -> str:
        """The key that is registered for it."""
        archive = str(build(version, self.folder))
        key: str = self.run("deliver", model, archive, "--json").json["registered"]
        return key

    def deliver_broken(self, model: str, folder: Path) -> None:
        archive = packed(folder, "def model_fn(model_dir): raise RuntimeError('no weights')")
        assert self.run("deliver", model, str(archive)).code == 0

    def log(self, model: str) -> str:
        stacks = self.folder / ".local" / "apply" / ENVIRONMENT / "cdktf.out" / "stacks"
        return (stacks / self.stack(model) / "terraform.log").read_text()

    def stack(self, model: str) -> str:
        return names.stack(self.environment, f"sagemaker-{model}")

    def serve(self, model: str, serving: Mapping[str, Any]) -> None:
        """Write into the environment's file how the model is served."""
        file = self.folder / EXAMPLE_ENVIRONMENTS / f"{ENVIRONMENT}.yaml"
        content = yaml.safe_load(file.read_text())
        content["models"][model]["serving"] = dict(serving)
        file.write_text(yaml.safe_dump(content))

    @property
    def s3(self) -> Any:
        return self.client("s3", self.environ["AWS_ENDPOINT_URL"])

    @property
    def cloudwatch(self) -> Any:
        return self.client("cloudwatch", self.environ["AWS_ENDPOINT_URL"])

    @property
    def sagemaker(self) -> Any:
        return self.client("sagemaker", self.environ["AWS_ENDPOINT_URL_SAGEMAKER"])

    def described(self, model: str) -> Any:
        name = names.endpoint(self.environment, model)
        return self.sagemaker.describe_endpoint(EndpointName=name)

    def client(self, service: Any, url: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=url,
            region_name=self.environment.region,
            aws_access_key_id=self.environ["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environ["AWS_SECRET_ACCESS_KEY"],
        )

    def endpoint_in_the_state(self, model: str) -> dict[str, Any]:
        """What Terraform's state has of it; `status` is there only if it is tainted."""
        key = names.state_key(self.environment, f"sagemaker-{model}")
        found = self.s3.get_object(Bucket=self.environment.state.bucket, Key=key)
        resources = json.loads(found["Body"].read())["resources"]
        (endpoint,) = [one for one in resources if one["type"] == "aws_sagemaker_endpoint"]
        (instance,) = endpoint["instances"]
        return dict(instance)

    def locks(self) -> list[str]:
        found = self.s3.list_objects_v2(Bucket=self.environment.state.bucket)["Contents"]
        return [each["Key"] for each in found if each["Key"].endswith(".tflock")]
