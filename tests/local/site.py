"""One model's endpoint in a local cloud, deployed alone: its stack knows its neighbours by name only."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from config import names
from config.schema.serving import Serving
from config.schema.settings import Environment, Model, load
from config.schema.source import Source
from examples.sentiment.build import build
from localcloud.behaviour import Behaviour
from localcloud.cloud import local_cloud
from main import build_app
from rollforward.operations.apply.retry import apply_until_settled
from rollforward.target import Target
from rollforward.terraform.binary import binary
from rollforward.terraform.cli_configuration import cli_environment
from rollforward.terraform.errors import TerraformError
from rollforward.terraform.plans import Plan
from rollforward.terraform.stack import Stack
from tests.local.deployment import Deployment, own_environ

V1, V2 = (f"registered/sentiment/20260131T1{hour}0000Z-v-00000000/model.tar.gz" for hour in "01")
# No prover is deployed that would ask the old instances meanwhile.
BRISK = Behaviour(updating_seconds=0.2)
QUESTION = b'{"inputs": "this is not good"}'


@dataclass(frozen=True)
class Site:
    deployment: Deployment
    environment: Environment

    def serve(
        self, serving: Serving, source: Source = "registered", options: Sequence[str] = ()
    ) -> Plan:
        """Synthesize the stack for this kind, and apply it with Terraform's `options`.

        The next plan is empty.
        """
        told = self.environment.models["sentiment"].model_dump()
        model = Model.model_validate(told | {"serving": serving, "source": source})
        environment = self.environment.model_copy(update={"models": {"sentiment": model}})
        folder = str(self.deployment.folder / "cdktf.out")
        build_app(environment, selected=["sentiment"], outdir=folder).synth()
        stack = self.deployment.stack("sagemaker-sentiment")
        stack.init()
        plan = stack.plan(*options)
        variables = [option for option in options if option.startswith("-var")]
        self._apply(stack, variables)
        stack.plan(*variables)
        assert _differences(stack) == {}
        return plan

    @property
    def target(self) -> Target:
        return Target(self.environment, "sentiment")

    def _apply(self, stack: Stack, variables: Sequence[str]) -> None:
        """As `rollforward apply` does: again, if the name of a replaced endpoint is still taken."""

        def again(_: TerraformError) -> dict[str, Any]:
            stack.plan_and_apply(*variables)
            return stack.outputs()

        with self.operator():
            apply_until_settled(stack.apply, again, self.target, lambda _: None)

    def point(self, key: str, *before: str) -> None:
        """At `key`; the versions before it stay deployable."""
        ssm = self.deployment.client("ssm")
        for name, value in ((names.pointer, key), (names.recent, ",".join([key, *before]))):
            parameter = name(self.environment, "sentiment")
            ssm.put_parameter(Name=parameter, Value=value, Type="String", Overwrite=True)

    @contextmanager
    def operator(self) -> Iterator[None]:
        """This process's own boto3 clients work in the local cloud, as those of the commands do."""
        with pytest.MonkeyPatch.context() as environ:
            # boto3 keeps what it read of the environment before.
            environ.setattr(boto3, "DEFAULT_SESSION", None)
            for name in [name for name in os.environ if name.startswith("AWS_")]:
                environ.delenv(name)
            for name, value in self.deployment.environ.items():
                if name.startswith("AWS_"):
                    environ.setenv(name, value)
            yield

    def ask(self, body: bytes = QUESTION) -> Mapping[str, Any]:
        runtime = self.deployment.client("sagemaker-runtime")
        answer: Mapping[str, Any] = runtime.invoke_endpoint(
            EndpointName=self.endpoint, Body=body, ContentType="application/json"
        )
        return answer

    def predicts(self) -> str:
        return str(self.ask()["Body"].read().decode())

    @property
    def endpoint(self) -> str:
        return names.endpoint(self.environment, "sentiment")

    def described(self) -> Mapping[str, Any]:
        sagemaker = self.deployment.client("sagemaker")
        found: Mapping[str, Any] = sagemaker.describe_endpoint(EndpointName=self.endpoint)
        return found


def actions(plan: Plan) -> tuple[str, ...]:
    """What becomes of the endpoint."""
    (endpoint,) = plan.of_type("aws_sagemaker_endpoint")
    return endpoint.actions


@contextmanager
def sentiment(folder: Path) -> Iterator[Site]:
    """A local cloud with two registered versions of the example; v1 is positive, v2 negative on QUESTION."""
    environment = load("dev")
    with local_cloud(folder, environment.account, environment.region, BRISK) as cloud:
        environ = {**own_environ(), **cloud.environment, **cli_environment(folder)}
        deployment = Deployment(environment, folder, environ)
        assert deployment.run("bootstrap").code == 0
        s3, bucket = deployment.client("s3"), names.model_bucket(environment)
        s3.create_bucket(Bucket=bucket)
        for key, version in ((V1, "v1"), (V2, "v2")):
            s3.upload_file(str(build(version, folder)), bucket, key)
        yield Site(deployment, environment)


def _differences(stack: Stack) -> dict[str, set[str]]:
    """The attributes that the last plan would change, by resource."""
    command = [binary(), "show", "-json", "plan"]
    shown = subprocess.run(command, cwd=stack.folder, check=True, capture_output=True)
    differences = {}
    for resource in json.loads(shown.stdout)["resource_changes"]:
        change, address = resource["change"], resource["address"]
        if change["actions"] in (["no-op"], ["read"]):
            continue
        before, after = change["before"] or {}, change["after"] or {}
        differ = {key for key in {**before, **after} if before.get(key) != after.get(key)}
        if differ:
            differences[address] = differ
    return differences
