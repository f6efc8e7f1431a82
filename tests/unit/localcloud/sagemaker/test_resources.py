"""The stand-in for SageMaker answers as AWS does: asked by boto3, without a model container."""

from collections.abc import Callable
from typing import Any

import pytest

from localcloud.sagemaker import events
from tests.unit.localcloud.standin import clients, refusal, until

GROUP = "dev-sentiment"
CONTAINER = {"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}


@pytest.fixture
def client(url: str) -> Callable[..., Any]:
    return clients(url)


@pytest.fixture
def sagemaker(client: Callable[..., Any]) -> Any:
    return client("sagemaker")


@pytest.fixture
def registry(sagemaker: Any) -> Any:
    sagemaker.create_model_package_group(ModelPackageGroupName=GROUP)
    return sagemaker


def _model(sagemaker: Any, name: str = "m") -> None:
    sagemaker.create_model(ModelName=name, PrimaryContainer=CONTAINER)


def _config(sagemaker: Any, model: str = "m") -> None:
    variant = {"VariantName": "primary", "ModelName": model} | ON_INSTANCES
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])


def _register(registry: Any, **more: Any) -> str:
    answer = registry.create_model_package(ModelPackageGroupName=GROUP, **more)
    return str(answer["ModelPackageArn"])


def _place(namespace: str, resource: str, dimension: str) -> dict[str, str]:
    keys = ("ServiceNamespace", "ResourceId", "ScalableDimension")
    return dict(zip(keys, (namespace, resource, dimension), strict=True))


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
    said = refusal(_config, sagemaker)
    assert "ValidationException: Cannot create already existing endpoint configuration" in said


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
    assert words in refusal(getattr(sagemaker, operation), **params)


def test_a_configuration_of_a_missing_model_is_refused(sagemaker: Any) -> None:
    assert "Could not find model" in refusal(_config, sagemaker, model="gone")


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
    assert words in refusal(sagemaker.create_model, **params)


def test_an_operation_that_is_not_there_is_refused_at_once(sagemaker: Any) -> None:
    request = {"PipelineName": "p", "ClientRequestToken": "t" * 32}
    said = refusal(sagemaker.start_pipeline_execution, **request)
    assert said.startswith("UnknownOperationException: ")


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
    tags = [{"Key": "project", "Value": "models"}]
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


def test_the_same_client_token_with_other_parameters_is_refused(registry: Any) -> None:
    _register(registry, ClientToken="t", ModelPackageDescription="better than 0.9")
    other = {"ClientToken": "t", "ModelPackageDescription": "better than 0.8"}
    assert refusal(_register, registry=registry, **other).startswith("ConflictException: ")


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


def test_many_versions_are_described_at_once_and_the_missing_ones_named(registry: Any) -> None:
    arn = _register(registry)
    missing = arn.replace("/1", "/7")
    answer = registry.batch_describe_model_package(ModelPackageArnList=[arn, missing])
    assert answer["ModelPackageSummaries"][arn]["ModelPackageVersion"] == 1
    error = answer["BatchDescribeModelPackageErrorMap"][missing]
    assert "does not exist" in error["ErrorResponse"]


def test_no_more_than_a_hundred_versions_are_described_at_once(registry: Any) -> None:
    too_many = [_register(registry)] * 101
    said = refusal(registry.batch_describe_model_package, ModelPackageArnList=too_many)
    assert "length less than or equal to 100" in said


def test_a_group_with_versions_is_not_deleted(registry: Any) -> None:
    arn = _register(registry)
    said = refusal(registry.delete_model_package_group, ModelPackageGroupName=GROUP)
    assert "contains model packages" in said
    registry.delete_model_package(ModelPackageName=arn)
    registry.delete_model_package_group(ModelPackageGroupName=GROUP)


def test_a_first_deployment_whose_model_is_not_there_fails_and_says_why(sagemaker: Any) -> None:
    _model(sagemaker)
    _config(sagemaker)
    endpoint = {"EndpointName": "e", "EndpointConfigName": "c"}
    assert "Could not find endpoint" in refusal(sagemaker.update_endpoint, **endpoint)
    sagemaker.create_endpoint(**endpoint)
    assert "Cannot update in-progress" in refusal(sagemaker.update_endpoint, **endpoint)

    def described() -> Any:
        return sagemaker.describe_endpoint(EndpointName="e")

    until(lambda: described()["EndpointStatus"] == "Failed")
    assert "s3://bucket/model.tar.gz" in described()["FailureReason"]
    assert 'with status "Failed"' in refusal(sagemaker.update_endpoint, **endpoint)
    sagemaker.delete_endpoint(EndpointName="e")
    until(lambda: sagemaker.list_endpoints()["Endpoints"] == [])


SERVERLESS = {"MaxConcurrency": 5, "MemorySizeInMB": 2048}
ON_INSTANCES = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
QUEUED = {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b/out"}}}
CAPTURED = {
    "DataCaptureConfig": {
        "InitialSamplingPercentage": 10,
        "DestinationS3Uri": "s3://b/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
}


def _variants(count: int, **members: Any) -> list[Any]:
    return [{"VariantName": f"v{n}", "ModelName": "m"} | members for n in range(count)]


SHADOWED = {"ShadowProductionVariants": _variants(1, VariantName="shadow", **ON_INSTANCES)}


@pytest.mark.parametrize(
    ("variants", "more", "words"),
    [
        (_variants(11, **ON_INSTANCES), {}, "length less than or equal to 10"),
        (_variants(2, ServerlessConfig=SERVERLESS), {}, "Only one production variant"),
        (_variants(1, ServerlessConfig=SERVERLESS), QUEUED, "AsyncInferenceConfig is not supp"),
        (_variants(1, ServerlessConfig=SERVERLESS), CAPTURED, "DataCaptureConfig is not supp"),
        (_variants(1, ServerlessConfig=SERVERLESS), SHADOWED, "ShadowProductionVariants is not"),
        (_variants(1, ServerlessConfig=SERVERLESS, **ON_INSTANCES), {}, "it takes no Initial"),
        (
            _variants(1, ServerlessConfig=SERVERLESS | {"MemorySizeInMB": 1500}),
            {},
            "must be 1024, 2048, 3072, 4096, 5120 or 6144. It is 1500",
        ),
        (
            _variants(1, ServerlessConfig=SERVERLESS | {"MemorySizeInMB": 8192}),
            {},
            "value less than or equal to 6144",
        ),
        (
            _variants(1, ServerlessConfig=SERVERLESS | {"ProvisionedConcurrency": 6}),
            {},
            "must not exceed MaxConcurrency, which is 5",
        ),
        (_variants(2, **ON_INSTANCES), SHADOWED, "Only one of ProductionVariants"),
        (
            _variants(1, **ON_INSTANCES),
            SHADOWED | QUEUED,
            "not supported with AsyncInferenceConfig",
        ),
    ],
)
def test_what_does_not_go_together_in_an_endpoint_configuration_is_refused(
    sagemaker: Any, variants: list[Any], more: Any, words: str
) -> None:
    _model(sagemaker)
    create = sagemaker.create_endpoint_config
    assert words in refusal(create, EndpointConfigName="c", ProductionVariants=variants, **more)
    assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []


def test_a_model_in_a_network_of_its_own_is_not_served_serverless(sagemaker: Any) -> None:
    sagemaker.create_model(ModelName="m", PrimaryContainer=CONTAINER, EnableNetworkIsolation=True)
    variants = _variants(1, ServerlessConfig=SERVERLESS)
    create = sagemaker.create_endpoint_config
    said = refusal(create, EndpointConfigName="c", ProductionVariants=variants)
    assert "EnableNetworkIsolation of model" in said


def test_an_endpoint_configuration_is_described_as_it_was_given(sagemaker: Any) -> None:
    _model(sagemaker)
    tuned = {"VolumeSizeInGB": 50, "ContainerStartupHealthCheckTimeoutInSeconds": 600}
    given = {"ProductionVariants": _variants(1, **ON_INSTANCES, **tuned), **QUEUED, **CAPTURED}
    sagemaker.create_endpoint_config(EndpointConfigName="c", **given)
    described = sagemaker.describe_endpoint_config(EndpointConfigName="c")
    assert {name: described[name] for name in given} == given


def test_an_endpoint_that_is_not_there_cannot_be_invoked(client: Callable[..., Any]) -> None:
    runtime = client("sagemaker-runtime")
    said = refusal(runtime.invoke_endpoint, EndpointName="e", Body=b"{}")
    assert said.startswith("ValidationError: Endpoint e of account ")


def test_a_scaling_policy_needs_its_target_and_goes_with_it(client: Callable[..., Any]) -> None:
    scaling = client("application-autoscaling")
    place = _place("dynamodb", "table/t", "dynamodb:table:ReadCapacityUnits")
    metric = {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}
    policy = place | {
        "PolicyName": "cpu",
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 70,
            "PredefinedMetricSpecification": metric,
        },
    }
    assert "ObjectNotFoundException" in refusal(scaling.put_scaling_policy, **policy)

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
    assert "Could not find endpoint" in refusal(register, **place, MinCapacity=1, MaxCapacity=2)


def test_every_change_of_an_endpoints_state_is_told_in_the_order_of_the_changes(
    sagemaker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(events, "_send", lambda _, event: told.append(event))
    sagemaker.create_model(
        ModelName="m",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/r",
        PrimaryContainer=CONTAINER,
    )
    variant = {"VariantName": "v", "ModelName": "m"} | ON_INSTANCES
    sagemaker.create_endpoint_config(EndpointConfigName="c", ProductionVariants=[variant])
    tags = [{"Key": "owner", "Value": "mlops"}]
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c", Tags=tags)
    until(lambda: len(told) == 2)
    assert [event["detail-type"] for event in told] == ["SageMaker Endpoint State Change"] * 2
    details = [event["detail"] for event in told]
    assert [detail["EndpointStatus"] for detail in details] == ["CREATING", "FAILED"]
    assert (details[0]["EndpointName"], details[0]["Tags"]) == ("e", {"owner": "mlops"})
    assert "Failed to download model data" in details[1]["FailureReason"]
    assert details[1]["LastModifiedTime"] > 10**12


def test_a_request_that_is_sent_again_gets_the_answer_that_was_lost(
    client: Callable[..., Any],
) -> None:
    sagemaker = client("sagemaker")

    def same_invocation(request: Any, **_: Any) -> None:
        request.headers["amz-sdk-invocation-id"] = "the-same"

    sagemaker.meta.events.register_last("before-send.sagemaker", same_invocation)
    answers = [sagemaker.create_model_package_group(ModelPackageGroupName=GROUP) for _ in "12"]
    assert answers[0]["ModelPackageGroupArn"] == answers[1]["ModelPackageGroupArn"]
