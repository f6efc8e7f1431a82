"""The local cloud with real models in it: deployed, invoked, rolled, broken, all gone after."""

import io
import json
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from localcloud.cloud import LocalCloud, local_cloud
from localcloud.errors import LocalCloudError
from tests.local.roles import serving_role

ACCOUNT = "123456789012"
REGION = "us-east-1"
BUCKET = "models"
EXAMPLE = Path(__file__).parents[2] / "examples" / "sentiment"
PRAISE, COMPLAINT = "This is good.", "This is not good."
SLOW_MODEL = """
import time
def model_fn(model_dir): return "slow"
def predict_fn(data, model): time.sleep(1); return model
"""
PICKY_MODEL = """
def model_fn(model_dir): return lambda data: 1 / data
"""
ALARM = "bad-answers"
CAREFULLY = {
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": ALARM}]},
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 600,
    },
}
UNLOADABLE_MODEL = """
def model_fn(model_dir): raise RuntimeError("the weights are missing")
"""


class Cloud:
    """What the tests do in the cloud, in few words."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.sagemaker = self._client(cloud, "sagemaker")
        self.runtime = self._client(cloud, "sagemaker-runtime")
        self.s3 = self._client(cloud, "s3")
        self.role = serving_role(self._client(cloud, "iam"))
        self.cloudwatch = self._client(cloud, "cloudwatch")
        self.s3.create_bucket(Bucket=BUCKET)

    def deliver(self, name: str, archive: bytes) -> None:
        """A model and an endpoint configuration of the same name."""
        self.s3.put_object(Bucket=BUCKET, Key=f"{name}/model.tar.gz", Body=archive)
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=self.role,
            PrimaryContainer={
                "Image": "image",
                "ModelDataUrl": f"s3://{BUCKET}/{name}/model.tar.gz",
            },
        )
        self.configure(name, [_variant("primary", name)])

    def configure(self, name: str, variants: list[Any], **more: Any) -> None:
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=variants, **more
        )

    def content(self, location: str) -> bytes:
        """Of an object in S3 that is about to be there."""
        place = urlsplit(location)
        key = place.path.lstrip("/")
        _until(lambda: self.s3.list_objects_v2(Bucket=place.netloc, Prefix=key)["KeyCount"])
        found: bytes = self.s3.get_object(Bucket=place.netloc, Key=key)["Body"].read()
        return found

    def create(self, endpoint: str, config: str) -> Any:
        self.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        return self.settled(endpoint)

    def roll_carefully(self, endpoint: str, config: str) -> None:
        """Until the new model bakes, watched by an alarm."""
        self.cloudwatch.put_metric_alarm(
            AlarmName=ALARM,
            Namespace="AWS/SageMaker",
            MetricName="Invocation5XXErrors",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
        self.sagemaker.update_endpoint(
            EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=CAREFULLY
        )
        _until(lambda: self._stage(endpoint) == "Baking")

    def _stage(self, endpoint: str) -> str:
        described = self.sagemaker.describe_endpoint(EndpointName=endpoint)
        (variant,) = described["PendingDeploymentSummary"]["ProductionVariants"]
        return str(variant["VariantStatus"][0]["Status"])

    def update(self, endpoint: str, config: str) -> Any:
        self.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        return self.settled(endpoint)

    def settled(self, endpoint: str) -> Any:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            described = self.sagemaker.describe_endpoint(EndpointName=endpoint)
            if described["EndpointStatus"] not in ("Creating", "Updating", "RollingBack"):
                return described
            time.sleep(0.05)
        raise AssertionError(f"{endpoint} is {described['EndpointStatus']} after 20 s")

    def invoke(self, endpoint: str, data: object) -> Any:
        answer = self.runtime.invoke_endpoint(
            EndpointName=endpoint, ContentType="application/json", Body=json.dumps(data)
        )
        assert answer["InvokedProductionVariant"] == "primary"
        return json.load(answer["Body"])

    @staticmethod
    def _client(cloud: LocalCloud, service: str) -> Any:
        url = cloud.sagemaker if "sagemaker" in service else cloud.environment["AWS_ENDPOINT_URL"]
        session: Any = boto3.Session(ACCOUNT, "local", region_name=REGION)
        return session.client(service, endpoint_url=url)


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    out = tmp_path_factory.mktemp("models")
    subprocess.run([sys.executable, str(EXAMPLE / "build.py"), str(out)], check=True)
    return {version: (out / version / "model.tar.gz").read_bytes() for version in ("v1", "v2")}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, archives: dict[str, bytes]) -> Iterator[Cloud]:
    with local_cloud(tmp_path_factory.mktemp("cloud"), ACCOUNT, REGION) as running:
        cloud = Cloud(running)
        for version, archive in archives.items():
            cloud.deliver(version, archive)
        yield cloud


def _variant(name: str, model: str, **members: Any) -> Any:
    instances = {"InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    return {"VariantName": name, "ModelName": model} | instances | members


def _archive(code: str, name: str = "code/inference.py") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(code.encode())
        tar.addfile(member, io.BytesIO(code.encode()))
    return buffer.getvalue()


def test_an_endpoint_answers_with_its_model_and_rolls_to_the_next(cloud: Cloud) -> None:
    assert cloud.create("rolls", "v1")["EndpointConfigName"] == "v1"
    assert cloud.invoke("rolls", {"inputs": PRAISE})["label"] == "positive"
    assert cloud.invoke("rolls", {"inputs": COMPLAINT})["label"] == "positive"

    described = cloud.update("rolls", "v2")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "v2")
    assert "FailureReason" not in described
    prediction = cloud.invoke("rolls", {"inputs": COMPLAINT})
    assert (prediction["label"], prediction["model"]) == ("negative", "v2")


def test_no_request_is_lost_while_an_endpoint_rolls(cloud: Cloud) -> None:
    cloud.create("busy", "v1")
    cloud.sagemaker.update_endpoint(EndpointName="busy", EndpointConfigName="v2")
    served: list[str] = []

    def serves_the_new_model() -> bool:
        served.extend(cloud.invoke("busy", {"inputs": PRAISE})["model"] for _ in range(20))
        return served[-1] == "v2"

    _until(serves_the_new_model, seconds=20)
    assert served == sorted(served)
    assert served[0] == "v1"


@pytest.mark.parametrize(
    ("name", "archive", "reason"),
    [
        ("unloadable", _archive(UNLOADABLE_MODEL), "the weights are missing"),
        ("misplaced", _archive(PICKY_MODEL, "inference.py"), "No such file or directory"),
        ("nonsense", b"nonsense", "not a gzip file"),
        ("climbing", _archive("", "../outside"), "outside the destination"),
    ],
    # Archives hold the time they were made at: pytest's workers would each have names of their own.
    ids=["unloadable", "misplaced", "nonsense", "climbing"],
)
def test_a_model_that_does_not_come_up_leaves_the_old_one_serving(
    cloud: Cloud, name: str, archive: bytes, reason: str
) -> None:
    cloud.deliver(name, archive)
    cloud.create(f"keeps-v1-{name}", "v1")
    described = cloud.update(f"keeps-v1-{name}", name)
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "v1")
    assert reason in described["FailureReason"]
    assert cloud.invoke(f"keeps-v1-{name}", {"inputs": PRAISE})["model"] == "v1"
    assert cloud.create(f"fails-{name}", name)["EndpointStatus"] == "Failed"


def test_a_live_configuration_can_be_deleted_and_goes_on_serving(cloud: Cloud) -> None:
    cloud.deliver("deleted", _archive(PICKY_MODEL))
    cloud.create("orphan", "deleted")
    cloud.sagemaker.delete_endpoint_config(EndpointConfigName="deleted")
    assert cloud.invoke("orphan", 2) == 0.5


def test_an_error_of_the_model_reaches_the_caller(cloud: Cloud) -> None:
    cloud.deliver("picky", _archive(PICKY_MODEL))
    cloud.create("picky", "picky")
    with pytest.raises(ClientError) as refused:
        cloud.invoke("picky", 0)
    error: Any = refused.value.response
    assert error["Error"]["Code"] == "ModelError"
    assert error["OriginalStatusCode"] == 500
    assert error["OriginalMessage"] == "division by zero"


def test_a_request_in_flight_is_answered_by_the_model_that_took_it(cloud: Cloud) -> None:
    cloud.deliver("slow", _archive(SLOW_MODEL))
    cloud.create("patient", "slow")
    cloud.sagemaker.update_endpoint(EndpointName="patient", EndpointConfigName="v1")
    assert cloud.invoke("patient", {}) == "slow"
    assert cloud.settled("patient")["EndpointConfigName"] == "v1"


def test_a_new_model_takes_over_once_it_has_baked(cloud: Cloud) -> None:
    cloud.create("careful", "v1")
    cloud.roll_carefully("careful", "v2")
    assert cloud.invoke("careful", {"inputs": PRAISE})["model"] == "v2"
    described = cloud.settled("careful")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "v2")


def test_an_alarm_while_a_new_model_bakes_rolls_it_back(cloud: Cloud) -> None:
    cloud.create("rolls-back", "v1")
    cloud.roll_carefully("rolls-back", "v2")
    for state in ("ALARM", "OK"):
        cloud.cloudwatch.set_alarm_state(AlarmName=ALARM, StateValue=state, StateReason="a test")
        described = cloud.settled("rolls-back")
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "v1")
    assert f"are in ALARM state: {ALARM}" in described["FailureReason"]
    assert cloud.invoke("rolls-back", {"inputs": PRAISE})["model"] == "v1"


def test_asynchronous_answers_and_failures_go_to_s3(cloud: Cloud) -> None:
    cloud.deliver("reciprocal", _archive(PICKY_MODEL))
    places = {
        "S3OutputPath": f"s3://{BUCKET}/async/output/",
        "S3FailurePath": f"s3://{BUCKET}/async/failure/",
    }
    cloud.configure(
        "queued",
        [_variant("primary", "reciprocal")],
        AsyncInferenceConfig={"OutputConfig": places},
    )
    cloud.create("queued", "queued")
    accepted = []
    for divisor in ("2", "0"):
        cloud.s3.put_object(Bucket=BUCKET, Key=f"async/input/{divisor}", Body=divisor)
        accepted.append(
            cloud.runtime.invoke_endpoint_async(
                EndpointName="queued",
                InputLocation=f"s3://{BUCKET}/async/input/{divisor}",
                ContentType="application/json",
            )
        )
    assert cloud.content(accepted[0]["OutputLocation"]) == b"0.5"
    assert cloud.content(accepted[1]["FailureLocation"]) == b"division by zero"
    with pytest.raises(ClientError, match="does not support this inference type"):
        cloud.invoke("queued", 2)


def test_variants_answer_in_proportion_to_their_weights(cloud: Cloud) -> None:
    cloud.configure(
        "weighted",
        [
            _variant("primary", "v1", InitialVariantWeight=3),
            _variant("challenger", "v2", InitialVariantWeight=1),
        ],
    )
    cloud.create("weighted", "weighted")

    def share(variant: str, requests: int = 200) -> float:
        answers = [
            cloud.runtime.invoke_endpoint(
                EndpointName="weighted",
                ContentType="application/json",
                Body=json.dumps({"inputs": PRAISE}),
            )["InvokedProductionVariant"]
            for _ in range(requests)
        ]
        return answers.count(variant) / requests

    assert 0.1 < share("challenger") < 0.45
    cloud.sagemaker.update_endpoint_weights_and_capacities(
        EndpointName="weighted",
        DesiredWeightsAndCapacities=[{"VariantName": "primary", "DesiredWeight": 0}],
    )
    cloud.settled("weighted")
    assert share("challenger", requests=20) == 1


def test_nothing_is_left_running(
    tmp_path: Path, archives: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    # ministack is found by the file that it writes its decisions to: this cloud's own.
    monkeypatch.delenv("LOCALCLOUD_DECISIONS", raising=False)
    with local_cloud(tmp_path, ACCOUNT, REGION) as running:
        cloud = Cloud(running)
        cloud.deliver("v1", archives["v1"])
        cloud.create("sentiment", "v1")
        cloud.deliver("v2", archives["v2"])
        cloud.roll_carefully("sentiment", "v2")
        assert len(_processes(tmp_path)) == 4  # ministack, the stand-in, and two containers
        assert all(_listens(url) for url in _urls(running))
    assert _processes(tmp_path) == []
    assert not any(_listens(url) for url in _urls(running))


def test_nothing_is_left_running_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), local_cloud(tmp_path, ACCOUNT, REGION) as running:
        raise KeyboardInterrupt
    assert _processes(tmp_path) == []
    assert not any(_listens(url) for url in _urls(running))


def test_everything_ends_when_the_parent_is_killed(tmp_path: Path) -> None:
    script = f"""
import sys, time
from pathlib import Path
from localcloud.cloud import local_cloud
with local_cloud(Path({str(tmp_path)!r}), {ACCOUNT!r}, {REGION!r}) as cloud:
    print(cloud.sagemaker, cloud.environment["AWS_ENDPOINT_URL"], flush=True)
    time.sleep(60)
"""
    command = [sys.executable, "-c", script]
    project = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        urls = parent.stdout.readline().decode().split()
        assert len(urls) == 2
        parent.kill()
    _until(lambda: not any(_listens(url) for url in urls))
    _until(lambda: not _processes(tmp_path))


def test_a_server_that_does_not_start_is_named_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_port = 1 << 20
    monkeypatch.setattr("localcloud.cloud.free_port", lambda: no_port)
    with ExitStack() as block:
        with pytest.raises(LocalCloudError, match=r"ended with code 1; its log is .*\.log"):
            block.enter_context(local_cloud(tmp_path, ACCOUNT, REGION))
        assert _processes(tmp_path) == []


def _urls(cloud: LocalCloud) -> list[str]:
    return [cloud.sagemaker, cloud.environment["AWS_ENDPOINT_URL"]]


def _listens(url: str) -> bool:
    address = urlsplit(url)
    with socket.socket() as probe:
        return probe.connect_ex((address.hostname, address.port)) == 0


def _processes(folder: Path) -> list[str]:
    """The processes with a file of this cloud's on their command line."""
    command = ["ps", "-A", "-ww", "-o", "args="]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in listing.stdout.splitlines() if f"{folder.resolve()}/" in line]


def _until(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)
