"""The stand-in for SageMaker, in a thread of the tests' process."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
import uvicorn
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.behaviour import Behaviour
from localcloud.processes.ports import LOOPBACK, free_port
from localcloud.sagemaker import events
from localcloud.sagemaker.app import build
from localcloud.sagemaker.containers import process
from localcloud.sagemaker.containers.model_data import ModelData
from localcloud.sagemaker.containers.process import Answer
from localcloud.sagemaker.iam.permissions import Call, Caller

CONTAINER = {"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
ON_INSTANCES = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
NOWHERE = f"http://{LOOPBACK}:9"
# Transitional states are short, but visible.
SHORT_STATES = Behaviour(0.02, 0.02, 0.02, 0.02)
_ACCOUNTS = count(100_000_000_000)


class AllowEverything:
    """Permissions that allow every call; the access key is the account."""

    def account_of(self, caller: Caller) -> str:
        return caller.access_key

    def require(self, caller: Caller, calls: Sequence[Call]) -> None:
        pass

    def assume_role(self, role: str, region: str, source: Mapping[str, str]) -> Caller:
        del role
        return Caller(source["aws:SourceAccount"], "", region)

    def function_allows_rule(self, function: str, rule: str) -> bool:
        return bool(function and rule)


@contextmanager
def serve_stand_in(logs: Path, behaviour: Behaviour = SHORT_STATES) -> Iterator[str]:
    """Serve the stand-in during the block; return its URL."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(
            build(logs, AllowEverything(), behaviour), LOOPBACK, port, log_level="warning"
        )
    )
    thread = threading.Thread(target=server.run)
    # For the whole block: background tasks of a test may call S3 and EventBridge after the test.
    with pytest.MonkeyPatch.context() as environ:
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            environ.setenv(name, str(logs / "none"))
        environ.delenv("AWS_PROFILE", raising=False)
        environ.setenv("AWS_ENDPOINT_URL", NOWHERE)
        environ.setenv("AWS_MAX_ATTEMPTS", "1")
        thread.start()
        wait_until(lambda: server.started)
        yield f"http://{LOOPBACK}:{port}"
        server.should_exit = True
        thread.join(timeout=10)


def clients(url: str) -> Callable[..., Any]:
    """A function that makes boto3 clients of a new account, whose resources no other test sees."""
    account = str(next(_ACCOUNTS))

    def make(service: str, **changes: str) -> Any:
        identity = {"aws_access_key_id": account, "region_name": "us-east-1"} | changes
        # boto3 sends invalid requests, so that the stand-in refuses them.
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        new: Any = boto3.client
        return new(service, endpoint_url=url, aws_secret_access_key="x", config=config, **identity)

    return make


def create_model(sagemaker: Any, name: str = "m") -> None:
    sagemaker.create_model(ModelName=name, PrimaryContainer=CONTAINER)


def create_config(sagemaker: Any, model: str = "m") -> None:
    """An endpoint configuration named `c`, of one variant."""
    one = {"VariantName": "primary", "ModelName": model} | ON_INSTANCES
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[one])


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "not true after 10 s"
        time.sleep(0.02)


def refusal(call: Callable[..., Any], *args: Any, **params: Any) -> str:
    """The code and the message of the error with which a call is refused."""
    with pytest.raises(ClientError) as refused:
        call(*args, **params)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


@dataclass
class FakeContainer:
    """A container that answers with its model's name; `broken` and `vanishing` models fail."""

    model: str
    seen: list[bytes] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    stopped: bool = False

    async def invoke(self, body: bytes, headers: dict[str, str], seconds: float = 60) -> Answer:
        del headers, seconds
        self.seen.append(body)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.05 if self.model == "slow" else 0)
        self.at_once -= 1
        if self.model == "vanishing":
            raise ConnectionResetError("gone")
        status = 500 if self.model == "broken" else 200
        return Answer(status, self.model.encode(), "text/plain")

    async def drain(self) -> None:
        pass

    async def stop(self) -> None:
        self.stopped = True


@dataclass
class Endpoints:
    """SageMaker of one account, with fake containers; `events` are the events sent, in order."""

    sagemaker: Any
    runtime: Any
    scaling: Any
    started: list[FakeContainer]
    events: list[Any]

    def config(self, name: str, *variants: Any, **more: Any) -> None:
        """Create an endpoint configuration. A variant without ModelName gets a model of its own name."""
        for each in [*variants, *more.get("ShadowProductionVariants", [])]:
            model = each.setdefault("ModelName", each["VariantName"])
            url = f"s3://bucket/{model}"
            if not self.sagemaker.list_models(NameContains=model)["Models"]:
                self.sagemaker.create_model(
                    ModelName=model, PrimaryContainer={"Image": "image", "ModelDataUrl": url}
                )
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=list(variants), **more
        )

    def create(self, config: str) -> Any:
        self.sagemaker.create_endpoint(EndpointName="e", EndpointConfigName=config)
        return self.wait_until_settled()

    def delete(self) -> None:
        self.sagemaker.delete_endpoint(EndpointName="e")
        wait_until(lambda: self.sagemaker.list_endpoints()["Endpoints"] == [])

    def update(self, config: str, deployment: Any) -> None:
        self.sagemaker.update_endpoint(
            EndpointName="e", EndpointConfigName=config, DeploymentConfig=deployment
        )

    def described(self) -> Any:
        return self.sagemaker.describe_endpoint(EndpointName="e")

    def wait_until_settled(self) -> Any:
        wait_until(lambda: self.described()["EndpointStatus"] in ("InService", "Failed"))
        return self.described()

    def invoke(self, **more: Any) -> str:
        answer = self.runtime.invoke_endpoint(EndpointName="e", Body=b"{}", **more)
        return str(answer["Body"].read().decode())

    def answers(self, requests: int = 300) -> Counter[str]:
        return Counter(self.invoke() for _ in range(requests))

    def container(self, model: str) -> FakeContainer:
        (found,) = [container for container in self.started if container.model == model]
        return found

    def stages(self) -> list[Any]:
        """The VariantStatus in each deployment event."""
        return [
            event["detail"]["PendingDeploymentSummary"]["ProductionVariants"][0]["VariantStatus"]
            for event in self.events
            if "PendingDeploymentSummary" in event["detail"]
        ]

    def states(self) -> list[str]:
        endpoint = "SageMaker Endpoint State Change"
        return [e["detail"]["EndpointStatus"] for e in self.events if e["detail-type"] == endpoint]


def with_fake_containers(url: str, monkeypatch: pytest.MonkeyPatch) -> Endpoints:
    client = clients(url)
    made = Endpoints(
        client("sagemaker"), client("sagemaker-runtime"), client("application-autoscaling"), [], []
    )

    async def start(data: ModelData, *_: object) -> FakeContainer:
        made.started.append(FakeContainer(data.url.rpartition("/")[2]))
        return made.started[-1]

    monkeypatch.setattr(process, "start_container", start)
    monkeypatch.setattr(events, "_send", lambda _, event: made.events.append(event))
    return made


def variant(name: str, **members: Any) -> Any:
    usual = {"InitialVariantWeight": 1, "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
    return {"VariantName": name} | usual | members
