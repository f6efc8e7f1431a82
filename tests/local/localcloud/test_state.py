"""A local cloud that is started again has the resources that it had when it was stopped."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from examples.sentiment.build import build
from localcloud.behaviour import Behaviour
from localcloud.cloud import LocalCloud, local_cloud
from tests.local.roles import create_serving_role
from tests.local.stories import wait_for

ACCOUNT, REGION = "123456789012", "us-east-1"
BUCKET, GROUP = "models", "sentiment"
TARGET: Any = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/serves/variant/primary",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}
UNHURRIED = Behaviour(updating_seconds=60, deleting_seconds=60)


def client(cloud: LocalCloud, service: str) -> Any:
    ours = service.startswith("sagemaker") or service == "application-autoscaling"
    url = cloud.sagemaker if ours else cloud.environment["AWS_ENDPOINT_URL"]
    session: Any = boto3.Session(ACCOUNT, "local", region_name=REGION)
    return session.client(service, endpoint_url=url)


def configure(cloud: LocalCloud, folder: Path, name: str) -> None:
    """Create a model of a version of the example, and a configuration of the same name."""
    key = f"{name}/model.tar.gz"
    client(cloud, "s3").upload_file(str(build(name, folder)), BUCKET, key)
    container = {"Image": "image", "ModelDataUrl": f"s3://{BUCKET}/{key}"}
    role = f"arn:aws:iam::{ACCOUNT}:role/serving"
    sagemaker = client(cloud, "sagemaker")
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=role, PrimaryContainer=container)
    variant = {"VariantName": "primary", "ModelName": name, "InstanceType": "ml.m5.large"}
    sagemaker.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[variant | {"InitialInstanceCount": 1}]
    )


def create(cloud: LocalCloud, endpoint: str) -> None:
    """An endpoint that serves v1."""
    client(cloud, "sagemaker").create_endpoint(EndpointName=endpoint, EndpointConfigName="v1")
    wait_for(lambda: status(cloud, endpoint) == ("InService", "v1"))


def status(cloud: LocalCloud, endpoint: str) -> tuple[str, str]:
    described = client(cloud, "sagemaker").describe_endpoint(EndpointName=endpoint)
    return described["EndpointStatus"], described["EndpointConfigName"]


def prediction(cloud: LocalCloud, endpoint: str) -> str:
    answer = client(cloud, "sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint,
        ContentType="application/json",
        Body=json.dumps({"inputs": "this is not good"}),
    )
    return str(json.load(answer["Body"])["label"])


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state of a cloud with objects, versions, and endpoints in service and in transitional states."""
    folder = tmp_path_factory.mktemp("before")
    with local_cloud(folder, ACCOUNT, REGION, UNHURRIED, state=folder / "state") as cloud:
        create_serving_role(client(cloud, "iam"))
        client(cloud, "ssm").put_parameter(Name="/pointer", Value="v1", Type="String")
        s3, sagemaker = client(cloud, "s3"), client(cloud, "sagemaker")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        for version in ("v1", "v2"):
            configure(cloud, folder, version)
            s3.put_object(Bucket=BUCKET, Key="overwritten", Body=version.encode())
        sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
        first = sagemaker.create_model_package(ModelPackageGroupName=GROUP)["ModelPackageArn"]
        sagemaker.create_model_package(ModelPackageGroupName=GROUP)
        sagemaker.delete_model_package(ModelPackageName=first)
        for endpoint in ("serves", "rolls", "goes"):
            create(cloud, endpoint)
        scaling = client(cloud, "application-autoscaling")
        scaling.register_scalable_target(**TARGET, MinCapacity=1, MaxCapacity=3)
        sagemaker.update_endpoint(EndpointName="rolls", EndpointConfigName="v2")
        sagemaker.delete_endpoint(EndpointName="goes")
    return folder / "state"


@pytest.fixture(scope="module")
def cloud(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with local_cloud(tmp_path_factory.mktemp("after"), ACCOUNT, REGION, state=state) as cloud:
        yield cloud


def test_objects_keep_their_versions(cloud: LocalCloud) -> None:
    s3 = client(cloud, "s3")
    versions = s3.list_object_versions(Bucket=BUCKET, Prefix="overwritten")["Versions"]
    bodies = [
        s3.get_object(Bucket=BUCKET, Key="overwritten", VersionId=one["VersionId"])["Body"].read()
        for one in versions
    ]
    assert bodies == [b"v2", b"v1"]


def test_parameters_stay(cloud: LocalCloud) -> None:
    parameter = client(cloud, "ssm").get_parameter(Name="/pointer")["Parameter"]
    assert parameter["Value"] == "v1"


def test_version_numbers_continue(cloud: LocalCloud) -> None:
    sagemaker = client(cloud, "sagemaker")
    arn = sagemaker.create_model_package(ModelPackageGroupName=GROUP)["ModelPackageArn"]
    assert arn.endswith(f"{GROUP}/3")


def test_an_endpoint_serves_again(cloud: LocalCloud) -> None:
    assert status(cloud, "serves") == ("InService", "v1")
    assert prediction(cloud, "serves") == "positive"


def test_a_scalable_target_stays(cloud: LocalCloud) -> None:
    scaling = client(cloud, "application-autoscaling")
    found = scaling.describe_scalable_targets(ServiceNamespace="sagemaker")
    (target,) = found["ScalableTargets"]
    assert (target["ResourceId"], target["MaxCapacity"]) == (TARGET["ResourceId"], 3)


def test_a_deployment_that_was_in_progress_has_failed(cloud: LocalCloud) -> None:
    described = client(cloud, "sagemaker").describe_endpoint(EndpointName="rolls")
    assert status(cloud, "rolls") == ("InService", "v1")
    assert described["FailureReason"] == "The local cloud was stopped during the deployment."
    assert "PendingDeploymentSummary" not in described
    assert prediction(cloud, "rolls") == "positive"


def test_an_endpoint_that_was_deleting_no_longer_exists(cloud: LocalCloud) -> None:
    names = client(cloud, "sagemaker").list_endpoints()["Endpoints"]
    assert {one["EndpointName"] for one in names} == {"serves", "rolls"}
