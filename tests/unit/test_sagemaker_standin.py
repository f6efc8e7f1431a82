"""The stand-in for SageMaker answers as AWS does: asked by boto3, without a model container."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
import uvicorn
from botocore.config import Config
from botocore.exceptions import ClientError

from rollforward.local.ports import LOOPBACK, free_port
from rollforward.local.sagemaker import baking, containers, events
from rollforward.local.sagemaker.app import build

GROUP = "dev-sentiment"
ACCOUNTS = count(100_000_000_000)
CONTAINER = {"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}
NOTHING_ELSE = f"http://{LOOPBACK}:9"
DOCUMENTED = Path(__file__).parent / "events"
WATCHED = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
        "TerminationWaitInSeconds": 600,
    },
    "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}, {"AlarmName": "latency"}]},
}


class Container:
    """Answers with the URL of its model's data."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.runs = True

    async def invoke(self, body: bytes, headers: dict[str, str]) -> containers.Answer:
        return containers.Answer(200, self.model.encode(), "text/plain")

    async def drain(self) -> None:
        pass

    async def stop(self) -> None:
        self.runs = False


class CloudWatch:
    def __init__(self) -> None:
        self.going_off: list[str] = []

    def describe_alarms(self, *, AlarmNames: list[str], StateValue: str) -> Any:
        assert StateValue == "ALARM"
        found = [name for name in self.going_off if name in AlarmNames]
        return {"MetricAlarms": [{"AlarmName": name} for name in found]}


class Endpoint:
    """An endpoint, and configurations that are named as their models."""

    def __init__(self, client: Callable[..., Any]) -> None:
        self._sagemaker, self._runtime = client("sagemaker"), client("sagemaker-runtime")

    def prepare(self, model: str) -> None:
        self._sagemaker.create_model(
            ModelName=model, PrimaryContainer={"Image": "i", "ModelDataUrl": f"s3://b/{model}"}
        )
        variant = {"VariantName": "v", "ModelName": model, "InitialInstanceCount": 2}
        self._sagemaker.create_endpoint_config(
            EndpointConfigName=model, ProductionVariants=[variant]
        )

    def create(self, model: str, **more: Any) -> None:
        self._sagemaker.create_endpoint(EndpointName="e", EndpointConfigName=model, **more)
        self.settle()

    def update(self, model: str, **more: Any) -> None:
        self._sagemaker.update_endpoint(EndpointName="e", EndpointConfigName=model, **more)

    def delete(self) -> None:
        self._sagemaker.delete_endpoint(EndpointName="e")

    def describe(self) -> Any:
        return self._sagemaker.describe_endpoint(EndpointName="e")

    def settle(self) -> Any:
        _until(lambda: self.describe()["EndpointStatus"] not in ("Creating", "Updating"))
        return self.describe()

    def wait_for_bake(self) -> Any:
        _until(lambda: _pending_variant(self.describe())["VariantStatus"][0]["Status"] == "Baking")
        return self.describe()

    def answer(self) -> str:
        answer = self._runtime.invoke_endpoint(EndpointName="e", Body=b"{}")
        return str(answer["Body"].read().decode())


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    app = build(tmp_path_factory.mktemp("logs"))
    server = uvicorn.Server(uvicorn.Config(app, LOOPBACK, port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    with pytest.MonkeyPatch.context() as patch:
        # Until its end: what it does in the background may outlast a test.
        patch.setenv("AWS_ENDPOINT_URL", NOTHING_ELSE)
        patch.setenv("AWS_MAX_ATTEMPTS", "1")
        thread.start()
        _until(lambda: server.started)
        yield f"http://{LOOPBACK}:{port}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture
def client(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    """Makes clients for an account of the test's own: no test sees another's resources."""
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    account = str(next(ACCOUNTS))

    def make(service: str, **changes: str) -> Any:
        identity = {"aws_access_key_id": account, "region_name": "us-east-1"} | changes
        # Requests go out as they are: it is the stand-in that must refuse the bad ones.
        config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
        new: Any = boto3.client
        return new(service, endpoint_url=url, aws_secret_access_key="x", config=config, **identity)

    return make


@pytest.fixture
def sagemaker(client: Callable[..., Any]) -> Any:
    return client("sagemaker")


@pytest.fixture
def registry(sagemaker: Any) -> Any:
    sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
    return sagemaker


@pytest.fixture
def endpoint(client: Callable[..., Any]) -> Endpoint:
    endpoint = Endpoint(client)
    for model in ("first", "second", "broken"):
        endpoint.prepare(model)
    return endpoint


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Container]:
    """The containers that were started, without a process behind them."""
    started: list[Container] = []

    async def start(data: containers.ModelData, *_: Any) -> Container:
        if "broken" in data.url:
            raise containers.ContainerError("It does not start.")
        started.append(Container(data.url))
        return started[-1]

    monkeypatch.setattr(containers, "start", start)
    return started


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The events, in the order of their delivery."""
    told: list[Any] = []
    monkeypatch.setattr(events, "_deliver", lambda _, event: told.append(event))
    return told


@pytest.fixture
def alarms(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of those that go off."""
    cloudwatch = CloudWatch()
    monkeypatch.setattr(baking, "client", lambda *_: cloudwatch)
    monkeypatch.setattr(baking, "SECONDS_BETWEEN_LOOKS", 0.02)
    return cloudwatch.going_off


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)


def _model(sagemaker: Any, name: str = "m") -> None:
    sagemaker.create_model(ModelName=name, PrimaryContainer=CONTAINER)


def _config(sagemaker: Any, model: str = "m") -> None:
    variant = {"VariantName": "primary", "ModelName": model}
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])


def _register(registry: Any, **more: Any) -> str:
    answer = registry.create_model_package(ModelPackageGroupName=GROUP, **more)
    return str(answer["ModelPackageArn"])


def _place(namespace: str, resource: str, dimension: str) -> dict[str, str]:
    keys = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    return dict(zip(keys, (namespace, resource, dimension), strict=True))


def _pending_variant(members: Any) -> Any:
    """Of a description, or of an event's detail."""
    (variant,) = members["PendingDeploymentSummary"]["ProductionVariants"]
    return variant


def _documented(name: str) -> Any:
    return json.loads((DOCUMENTED / f"{name}.json").read_text("utf-8"))


def _has_all(ours: Any, documented: Any) -> bool:
    """Every member that AWS documents, text where AWS has text."""
    if isinstance(documented, dict):
        return all(name in ours and _has_all(ours[name], documented[name]) for name in documented)
    if isinstance(documented, list):
        return all(_has_all(ours[0], item) for item in documented)
    return isinstance(ours, str) == isinstance(documented, str)


def _refusal(call: Callable[..., Any], *args: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(*args, **params)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    error = refused.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_what_is_created_is_described_with_nothing_added_and_nothing_lost(sagemaker: Any) -> None:
    _model(sagemaker)
    described = sagemaker.describe_model(ModelName="m")
    assert described["PrimaryContainer"] == CONTAINER
    assert "VpcConfig" not in described
    assert described["ModelArn"].startswith("arn:aws:sagemaker:us-east-1:1000")


def test_an_account_or_region_sees_nothing_of_another(client: Callable[..., Any]) -> None:
    _model(client("sagemaker"))
    for other in ({"aws_access_key_id": "999999999999"}, {"region_name": "eu-west-1"}):
        assert client("sagemaker", **other).list_models()["Models"] == []


def test_a_name_is_taken_once(sagemaker: Any) -> None:
    _model(sagemaker)
    _config(sagemaker)
    refusal = _refusal(_config, sagemaker)
    assert "ValidationException: Cannot create already existing endpoint configuration" in refusal


@pytest.mark.parametrize(
    ("operation", "params", "words"),
    [
        ("describe_model", {"ModelName": "x"}, 'Could not find model "arn:'),
        ("delete_endpoint", {"EndpointName": "x"}, 'Could not find endpoint "arn:'),
        ("describe_endpoint_config", {"EndpointConfigName": "x"}, "Could not find endpoint config"),
        ("describe_model_package_group", {"ModelPackageGroupName": "x"}, "does not exist"),
    ],
)
def test_what_is_missing_is_said_in_the_words_that_terraform_waits_for(
    sagemaker: Any, operation: str, params: dict[str, str], words: str
) -> None:
    assert words in _refusal(getattr(sagemaker, operation), **params)


def test_a_configuration_of_a_missing_model_is_refused(sagemaker: Any) -> None:
    assert "Could not find model" in _refusal(_config, sagemaker, model="gone")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Value null at 'modelName' failed to satisfy constraint: Member must not be null"),
        ({"ModelName": "under_score"}, "satisfy regular expression pattern"),
        ({"ModelName": "m" * 64}, "length less than or equal to 63"),
        ({"ModelName": "m", "EnableNetworkIsolation": "no"}, "Member must be a boolean"),
        ({"ModelName": "m", "PrimaryContainer": {"Mode": "Many"}}, "satisfy enum value set"),
        ({"ModelName": "m", "Tags": [{"Key": "a(b", "Value": ""}]}, "tags.1.member.key"),
    ],
)
def test_a_malformed_request_is_refused(sagemaker: Any, params: Any, words: str) -> None:
    assert words in _refusal(sagemaker.create_model, **params)


def test_an_operation_that_is_not_there_is_refused_at_once(sagemaker: Any) -> None:
    request = {"PipelineName": "p", "ClientRequestToken": "t" * 32}
    refusal = _refusal(sagemaker.start_pipeline_execution, **request)
    assert refusal.startswith("UnknownOperationException: ")


def test_lists_are_filtered_sorted_and_paged(sagemaker: Any) -> None:
    for number in range(12):
        _model(sagemaker, f"m-{number:02}")
    first = sagemaker.list_models()
    rest = sagemaker.list_models(NextToken=first["NextToken"])
    names = [model["ModelName"] for model in first["Models"] + rest["Models"]]
    assert names == [f"m-{number:02}" for number in reversed(range(12))]
    found = sagemaker.list_models(NameContains="m-1", SortOrder="Ascending")["Models"]
    assert [model["ModelName"] for model in found] == ["m-10", "m-11"]


def test_tags_are_added_listed_and_deleted_by_arn(sagemaker: Any) -> None:
    tags = [{"Key": "project", "Value": "rollforward"}]
    created = sagemaker.create_model_package_group(ModelPackageGroupName=GROUP, Tags=tags)
    arn = created["ModelPackageGroupArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "owner", "Value": "data"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["project"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "owner", "Value": "data"}]


def test_versions_are_numbered_and_a_number_is_never_used_again(registry: Any) -> None:
    first, second = _register(registry), _register(registry)
    registry.delete_model_package(ModelPackageName=second)
    third = _register(registry)
    assert [arn.rpartition(f"/{GROUP}/")[2] for arn in (first, second, third)] == ["1", "2", "3"]


def test_the_same_client_token_is_the_same_version(registry: Any) -> None:
    versions = [_register(registry, ClientToken=token)[-1] for token in ("t", "t", "u")]
    assert versions == ["1", "1", "2"]


def test_versions_are_listed_by_verdict_newest_first(registry: Any) -> None:
    for verdict in ("Approved", "Rejected", "Approved"):
        _register(registry, ModelApprovalStatus=verdict)
    approved = registry.list_model_packages(
        ModelPackageGroupName=GROUP, ModelApprovalStatus="Approved", SortOrder="Descending"
    )
    numbers = [each["ModelPackageVersion"] for each in approved["ModelPackageSummaryList"]]
    assert numbers == [3, 1]
    assert registry.list_model_packages()["ModelPackageSummaryList"] == []


def test_a_verdict_and_its_metadata_change_in_place(registry: Any) -> None:
    arn = _register(registry, CustomerMetadataProperties={"key": "a", "reason": "b"})
    registry.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Rejected",
        CustomerMetadataProperties={"proof": "failed"},
        CustomerMetadataPropertiesToRemove=["reason"],
    )
    described = registry.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "Rejected"
    assert described["CustomerMetadataProperties"] == {"key": "a", "proof": "failed"}


def test_a_version_is_described_with_all_that_was_said_of_it(registry: Any) -> None:
    metrics = {
        "ModelQuality": {
            "Statistics": {"ContentType": "application/json", "S3Uri": "s3://bucket/metrics.json"}
        }
    }
    metadata = {"metrics.f1": "0.9"}
    arn = _register(registry, ModelMetrics=metrics, CustomerMetadataProperties=metadata)
    created = registry.describe_model_package(ModelPackageName=arn)
    registry.update_model_package(ModelPackageArn=arn, ApprovalDescription="f1 is higher.")
    updated = registry.describe_model_package(ModelPackageName=arn)
    for described in (created, updated):
        assert described["ModelMetrics"] == metrics
        assert described["CustomerMetadataProperties"] == metadata
    assert updated["ApprovalDescription"] == "f1 is higher."
    assert updated["LastModifiedTime"] > created["LastModifiedTime"]


def test_metadata_is_not_described_of_many_versions_at_once(registry: Any) -> None:
    arn = _register(registry, CustomerMetadataProperties={"metrics.f1": "0.9"})
    bodies: list[str] = []
    # As it was sent: boto3 drops what it does not know.
    registry.meta.events.register(
        "after-call.sagemaker.BatchDescribeModelPackage",
        lambda http_response, **_: bodies.append(http_response.text),
    )
    registry.batch_describe_model_package(ModelPackageArnList=[arn])
    assert "ModelPackageVersion" in bodies[0]
    assert "metrics.f1" not in bodies[0]


def test_many_versions_are_described_at_once_and_the_missing_ones_named(registry: Any) -> None:
    arn = _register(registry)
    missing = arn.replace("/1", "/7")
    answer = registry.batch_describe_model_package(ModelPackageArnList=[arn, missing])
    assert answer["ModelPackageSummaries"][arn]["ModelPackageVersion"] == 1
    error = answer["BatchDescribeModelPackageErrorMap"][missing]
    assert "does not exist" in error["ErrorResponse"]


def test_no_more_than_a_hundred_versions_are_described_at_once(registry: Any) -> None:
    too_many = [_register(registry)] * 101
    refusal = _refusal(registry.batch_describe_model_package, ModelPackageArnList=too_many)
    assert "length less than or equal to 100" in refusal


def test_a_group_with_versions_is_not_deleted(registry: Any) -> None:
    arn = _register(registry)
    refusal = _refusal(registry.delete_model_package_group, ModelPackageGroupName=GROUP)
    assert "contains model packages" in refusal
    registry.delete_model_package(ModelPackageName=arn)
    registry.delete_model_package_group(ModelPackageGroupName=GROUP)


def test_a_first_deployment_whose_model_is_not_there_fails_and_says_why(sagemaker: Any) -> None:
    _model(sagemaker)
    _config(sagemaker)
    endpoint = {"EndpointName": "e", "EndpointConfigName": "c"}
    assert "Could not find endpoint" in _refusal(sagemaker.update_endpoint, **endpoint)
    sagemaker.create_endpoint(**endpoint)
    assert "Cannot update in-progress" in _refusal(sagemaker.update_endpoint, **endpoint)

    def described() -> Any:
        return sagemaker.describe_endpoint(EndpointName="e")

    _until(lambda: described()["EndpointStatus"] == "Failed")
    assert "s3://bucket/model.tar.gz" in described()["FailureReason"]
    assert 'with status "Failed"' in _refusal(sagemaker.update_endpoint, **endpoint)
    sagemaker.delete_endpoint(EndpointName="e")
    assert sagemaker.list_endpoints()["Endpoints"] == []


def test_a_serverless_endpoint_has_one_variant(sagemaker: Any) -> None:
    _model(sagemaker)
    serverless = {"ServerlessConfig": {"MaxConcurrency": 5, "MemorySizeInMB": 2048}}
    variants = [{"VariantName": name, "ModelName": "m"} | serverless for name in "ab"]
    create = sagemaker.create_endpoint_config
    refusal = _refusal(create, EndpointConfigName="c", ProductionVariants=variants)
    assert "Only one production variant" in refusal


def test_an_endpoint_that_is_not_there_cannot_be_invoked(client: Callable[..., Any]) -> None:
    runtime = client("sagemaker-runtime")
    refusal = _refusal(runtime.invoke_endpoint, EndpointName="e", Body=b"{}")
    assert refusal.startswith("ValidationError: Endpoint e of account ")


def test_a_scaling_policy_needs_its_target_and_goes_with_it(client: Callable[..., Any]) -> None:
    scaling = client("application-autoscaling")
    place = _place("dynamodb", "table/t", "dynamodb:table:ReadCapacityUnits")
    policy = place | {"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling"}
    assert "ObjectNotFoundException" in _refusal(scaling.put_scaling_policy, **policy)

    registered = scaling.register_scalable_target(**place, MinCapacity=1, MaxCapacity=2)
    scaling.register_scalable_target(**place, MaxCapacity=4)
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 4)
    arn = registered["ScalableTargetARN"]
    scaling.tag_resource(ResourceARN=arn, Tags={"owner": "data"})
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"owner": "data"}

    scaling.put_scaling_policy(**policy)
    assert len(scaling.describe_scaling_policies(**place)["ScalingPolicies"]) == 1
    scaling.deregister_scalable_target(**place)
    assert scaling.describe_scaling_policies(**place)["ScalingPolicies"] == []


def test_an_endpoint_that_is_not_there_cannot_be_scaled(client: Callable[..., Any]) -> None:
    dimension = "sagemaker:variant:DesiredInstanceCount"
    place = _place("sagemaker", "endpoint/e/variant/primary", dimension)
    register = client("application-autoscaling").register_scalable_target
    assert "Could not find endpoint" in _refusal(register, **place, MinCapacity=1, MaxCapacity=2)


def test_every_change_of_an_endpoints_state_is_told_in_the_order_of_the_changes(
    endpoint: Endpoint, started: list[Container], told: list[Any]
) -> None:
    endpoint.create("first")
    for model in ("second", "broken"):
        endpoint.update(model)
        endpoint.settle()
    endpoint.delete()
    _until(lambda: len(told) == 11)
    state, deployment = events.ENDPOINT, events.DEPLOYMENT
    assert [
        (event["detail-type"], event["detail"]["EndpointStatus"], _configurations(event))
        for event in told
    ] == [
        (state, "CREATING", ("first", None)),
        (state, "IN_SERVICE", ("first", None)),
        (state, "UPDATING", ("first", None)),
        (deployment, "UPDATING", ("first", "second")),
        (state, "IN_SERVICE", ("second", None)),
        (deployment, "IN_SERVICE", ("second", None)),
        (state, "UPDATING", ("second", None)),
        (deployment, "UPDATING", ("second", "broken")),
        (state, "IN_SERVICE", ("second", None)),
        (deployment, "IN_SERVICE", ("second", None)),
        (state, "DELETING", ("second", None)),
    ]
    reasons = [event["detail"].get("FailureReason") for event in told]
    assert reasons == [None] * 8 + ["It does not start."] * 3


def _configurations(event: Any) -> tuple[str, str | None]:
    """The one that serves, and the one that is to come."""
    detail = event["detail"]
    pending = detail.get("PendingDeploymentSummary", {})
    return detail["EndpointConfigName"], pending.get("EndpointConfigName")


def test_an_endpoint_that_fails_is_told_with_the_reason(
    endpoint: Endpoint, started: list[Container], told: list[Any]
) -> None:
    endpoint.create("broken")
    _until(lambda: len(told) == 2)
    details = [event["detail"] for event in told]
    assert [detail["EndpointStatus"] for detail in details] == ["CREATING", "FAILED"]
    assert details[1]["FailureReason"] == "It does not start."


def test_events_of_endpoints_have_every_member_that_aws_documents(
    endpoint: Endpoint, started: list[Container], told: list[Any], alarms: list[str]
) -> None:
    endpoint.create("first", Tags=[{"Key": "ReleaseTime", "Value": "noon"}])
    endpoint.update("second", DeploymentConfig=WATCHED)
    endpoint.wait_for_bake()
    _until(lambda: len(told) == 5)
    _, in_service, _, launching, baking = told
    assert _has_all(in_service, _documented("endpoint_state_change"))
    for event in (launching, baking):
        assert _has_all(event, _documented("endpoint_deployment_state_change"))
    detail = baking["detail"]
    assert detail["Tags"] == {"ReleaseTime": "noon"}
    pending = detail["PendingDeploymentSummary"]
    (status,) = _pending_variant(detail)["VariantStatus"]
    times = (detail["CreationTime"], pending["StartTime"], status["StartTime"])
    assert list(times) == sorted(times)
    assert all(abs(at / 1000 - time.time()) < 60 for at in times)


def test_a_deployment_that_goes_on_is_described_and_then_is_not(
    endpoint: Endpoint, started: list[Container], alarms: list[str]
) -> None:
    endpoint.create("first")
    assert "PendingDeploymentSummary" not in endpoint.describe()
    endpoint.update("second", DeploymentConfig=WATCHED)
    described = endpoint.wait_for_bake()
    assert described["EndpointStatus"] == "Updating"
    assert described["EndpointConfigName"] == "first"
    assert described["PendingDeploymentSummary"]["EndpointConfigName"] == "second"
    variant = _pending_variant(described)
    (status,) = variant.pop("VariantStatus")
    assert variant == {
        "VariantName": "v",
        "CurrentWeight": 1.0,
        "DesiredWeight": 1.0,
        "CurrentInstanceCount": 2,
        "DesiredInstanceCount": 2,
    }
    assert "on full capacity of 2 instance(s)" in status["StatusMessage"]
    alarms.append("latency")
    assert "PendingDeploymentSummary" not in endpoint.settle()


def test_an_alarm_that_goes_off_while_the_new_model_bakes_brings_the_old_one_back(
    endpoint: Endpoint, started: list[Container], alarms: list[str]
) -> None:
    endpoint.create("first")
    endpoint.update("second", DeploymentConfig=WATCHED)
    endpoint.wait_for_bake()
    assert endpoint.answer() == "s3://b/second"
    assert [container.runs for container in started] == [True, True]
    alarms += ["somebody-elses", "latency"]
    described = endpoint.settle()
    assert (described["EndpointStatus"], described["EndpointConfigName"]) == ("InService", "first")
    assert described["FailureReason"].endswith("deployment went into ALARM: latency")
    assert endpoint.answer() == "s3://b/first"
    assert [container.runs for container in started] == [True, False]


def test_a_bake_without_an_alarm_ends_and_the_old_model_stops(
    endpoint: Endpoint,
    started: list[Container],
    alarms: list[str],
    told: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(baking, "LONGEST_BAKE", 0.1)
    endpoint.create("first")
    endpoint.update("second", DeploymentConfig=WATCHED)
    described = endpoint.settle()
    assert "Baking" in json.dumps(told)
    assert described["EndpointConfigName"] == "second"
    assert "FailureReason" not in described
    _until(lambda: [container.runs for container in started] == [False, True])


def test_without_an_old_model_or_without_alarms_nothing_bakes(
    endpoint: Endpoint, started: list[Container], alarms: list[str], told: list[Any]
) -> None:
    alarms.append("errors")
    endpoint.create("first", DeploymentConfig=WATCHED)
    assert endpoint.describe()["EndpointStatus"] == "InService"
    endpoint.update("second")
    assert endpoint.settle()["EndpointConfigName"] == "second"
    _until(lambda: len(told) == 6)
    assert "Baking" not in json.dumps(told)


def test_alarms_that_cannot_be_read_hold_nothing_up(
    endpoint: Endpoint, started: list[Container], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baking, "LONGEST_BAKE", 0)
    endpoint.create("first")
    endpoint.update("second", DeploymentConfig=WATCHED)
    assert endpoint.settle()["EndpointConfigName"] == "second"


def test_an_endpoint_that_is_deleted_while_it_bakes_stops_both_models(
    endpoint: Endpoint, started: list[Container], alarms: list[str]
) -> None:
    endpoint.create("first")
    endpoint.update("second", DeploymentConfig=WATCHED)
    endpoint.wait_for_bake()
    endpoint.delete()
    _until(lambda: not any(container.runs for container in started))


def test_a_request_that_is_sent_again_gets_the_answer_that_was_lost(
    client: Callable[..., Any],
) -> None:
    sagemaker = client("sagemaker")

    def same_invocation(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = "the-same"

    sagemaker.meta.events.register_last("before-send.sagemaker", same_invocation)
    answers = [sagemaker.create_model_package_group(ModelPackageGroupName=GROUP) for _ in "12"]
    assert answers[0]["ModelPackageGroupArn"] == answers[1]["ModelPackageGroupArn"]
