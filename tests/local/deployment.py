"""An environment in a local cloud, deployed and used through the commands that its users type."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest

from config import names
from config.outputs import NOTIFICATIONS, SAGEMAKER_ROLLED_BACK
from config.schema.settings import Environment
from rollforward.errors import RollforwardError
from rollforward.folders import ROOT
from rollforward.operations.apply.retry import ROLLING_BACK
from rollforward.terraform.stack import Stack


@dataclass(frozen=True)
class Deployment:
    environment: Environment
    folder: Path
    environ: Mapping[str, str]
    heard: list[str] = field(default_factory=list)

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
            # Each deployment applies in a folder of its own.
            cwd=self.folder,
            env={**self.environ, "PYTHONPATH": str(ROOT)},
            input=body,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def deliver(
        self, archive: Path, metrics: Path | Mapping[str, Any] | None, version: str | None = None
    ) -> "Ran":
        """`rollforward deliver`, with a metrics.json that is there, or that holds these numbers."""
        options = ["--version", version] if version else []
        if isinstance(metrics, Mapping):
            file = archive.with_name("numbers.json")
            file.write_text(json.dumps(metrics))
            metrics = file
        if metrics:
            options += ["--metrics", str(metrics)]
        return self.run("deliver", "sentiment", str(archive), *options, "--json")

    def subscribe(self) -> None:
        """Have all that the environment's topic tells kept in a queue."""
        sqs, topic = self.client("sqs"), self.stack("lambda").outputs()[NOTIFICATIONS]
        queue = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        arn = found["Attributes"]["QueueArn"]
        # https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps(policy)})
        self.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    def told(self) -> list[str]:
        """The events of all messages so far; each call tells those that it has not told before, too."""
        sqs = self.client("sqs")
        queue = sqs.get_queue_url(QueueName="subscriber")["QueueUrl"]
        while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            for message in messages:
                self.heard.append(json.loads(json.loads(message["Body"])["Message"])["event"])
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return self.heard

    def unsubscribe(self) -> None:
        sqs = self.client("sqs")
        sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName="subscriber")["QueueUrl"])

    def version(self, number: int) -> dict[str, Any]:
        versions = self.run("history", "sentiment", "--json").json
        return next(one for one in versions if one["number"] == number)

    def roll(self) -> None:
        stack = self.stack("sagemaker-sentiment")
        stack.plan()
        stack.apply()

    def roll_that_is_rolled_back(self) -> None:
        """Whether the provider sees RollingBack, or InService again, is a matter of when it looks."""
        words = f"{SAGEMAKER_ROLLED_BACK}: .* still serves|{ROLLING_BACK}"
        with pytest.raises(RollforwardError, match=words):
            self.roll()

    def await_no_endpoint(self) -> None:
        """Terraform is done with a destroy while the endpoint is still Deleting."""
        deadline = time.monotonic() + 30
        while self.client("sagemaker").list_endpoints()["Endpoints"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def client(self, service: Any) -> Any:
        """A boto3 client of this deployment, whatever the test's own environment says."""
        model = botocore.session.get_session().get_service_model(service)
        variable = f"AWS_ENDPOINT_URL_{model.service_id.upper().replace(' ', '_')}"
        endpoint = self.environ.get(variable, self.environ["AWS_ENDPOINT_URL"])
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


def packed(folder: Path, code: str, smoke: Mapping[str, Any] | None = None) -> Path:
    (folder / "code").mkdir(parents=True)
    (folder / "code" / "inference.py").write_text(code)
    if smoke:
        (folder / "code" / "smoke.json").write_text(json.dumps(smoke))
    archive = folder / "model.tar.gz"
    subprocess.run(["tar", "-czf", archive, "-C", folder, "code"], check=True)
    return archive
