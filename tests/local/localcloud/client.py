"""A local cloud with models in it: what its tests do there."""

import io
import json
import tarfile
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3

from localcloud.cloud import LocalCloud
from tests.local.roles import create_serving_role

ACCOUNT = "123456789012"


REGION = "us-east-1"


BUCKET = "models"


PRAISE, COMPLAINT = "This is good.", "This is not good."


PICKY_MODEL = """
def model_fn(model_dir): return lambda data: 1 / data
"""


ALARM = "bad-answers"


BLUE_GREEN_WITH_ALARM = {
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": ALARM}]},
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 600,
    },
}


class Cloud:
    """Actions of the tests in a local cloud with the bucket `models`."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.sagemaker = self._client(cloud, "sagemaker")
        self.runtime = self._client(cloud, "sagemaker-runtime")
        self.s3 = self._client(cloud, "s3")
        self.role = create_serving_role(self._client(cloud, "iam"))
        self.cloudwatch = self._client(cloud, "cloudwatch")
        self.s3.create_bucket(Bucket=BUCKET)

    def deliver(self, name: str, archive: bytes) -> None:
        """Create a model and an endpoint configuration, both called `name`."""
        self.s3.put_object(Bucket=BUCKET, Key=f"{name}/model.tar.gz", Body=archive)
        self.sagemaker.create_model(
            ModelName=name,
            ExecutionRoleArn=self.role,
            PrimaryContainer={
                "Image": "image",
                "ModelDataUrl": f"s3://{BUCKET}/{name}/model.tar.gz",
            },
        )
        self.configure(name, [variant("primary", name)])

    def configure(self, name: str, variants: list[Any], **more: Any) -> None:
        self.sagemaker.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=variants, **more
        )

    def read_when_written(self, location: str) -> bytes:
        """The content of an object, once it exists; `location` is its `s3://` URL."""
        place = urlsplit(location)
        key = place.path.lstrip("/")
        wait_until(lambda: self.s3.list_objects_v2(Bucket=place.netloc, Prefix=key)["KeyCount"])
        found: bytes = self.s3.get_object(Bucket=place.netloc, Key=key)["Body"].read()
        return found

    def create(self, endpoint: str, config: str) -> Any:
        self.sagemaker.create_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        return self.wait_until_settled(endpoint)

    def start_baking(self, endpoint: str, config: str) -> None:
        """Update an endpoint with a policy that names an alarm; return once the new model bakes."""
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
            EndpointName=endpoint, EndpointConfigName=config, DeploymentConfig=BLUE_GREEN_WITH_ALARM
        )
        wait_until(lambda: self._stage(endpoint) == "Baking")

    def _stage(self, endpoint: str) -> str:
        described = self.sagemaker.describe_endpoint(EndpointName=endpoint)
        (variant,) = described["PendingDeploymentSummary"]["ProductionVariants"]
        return str(variant["VariantStatus"][0]["Status"])

    def update(self, endpoint: str, config: str) -> Any:
        self.sagemaker.update_endpoint(EndpointName=endpoint, EndpointConfigName=config)
        return self.wait_until_settled(endpoint)

    def wait_until_settled(self, endpoint: str) -> Any:
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


def variant(name: str, model: str, **members: Any) -> Any:
    instances = {"InitialInstanceCount": 1, "InstanceType": "ml.m5.large"}
    return {"VariantName": name, "ModelName": model} | instances | members


def archive_of(code: str, name: str = "code/inference.py") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = len(code.encode())
        tar.addfile(member, io.BytesIO(code.encode()))
    return buffer.getvalue()


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not true after {seconds} s"
        time.sleep(0.05)
