"""The stand-in refuses what AWS's API reference excludes beyond the shapes of its service models."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.localcloud.standin import Endpoints, clients, refusal, variant

CONTAINER = {"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}
SERVERLESS = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
ALARMS = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}]}}


@pytest.fixture
def sagemaker(url: str) -> Any:
    return clients(url)("sagemaker")


@pytest.fixture
def create_config(sagemaker: Any) -> Callable[..., Any]:
    sagemaker.create_model(ModelName="m", PrimaryContainer=CONTAINER)

    def create(*variants: Any, **more: Any) -> Any:
        named = [{"ModelName": "m"} | each for each in variants]
        return sagemaker.create_endpoint_config(
            EndpointConfigName="c", ProductionVariants=named, **more
        )

    return create


def _without(name: str) -> Any:
    return {member: value for member, value in variant("v").items() if member != name}


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ([{"Key": "aws:owner", "Value": "x"}], "aws: prefixed tag key names are not allowed"),
        ([{"Key": "AWS:owner", "Value": "x"}], "aws: prefixed tag key names are not allowed"),
        ([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}], "Duplicate tag keys"),
        ([{"Key": str(n), "Value": ""} for n in range(51)], "length less than or equal to 50"),
    ],
)
def test_tags_that_aws_reserves_or_that_are_too_many_are_refused(
    sagemaker: Any, tags: list[Any], words: str
) -> None:
    said = refusal(sagemaker.create_model_package_group, ModelPackageGroupName="g", Tags=tags)
    assert words in said


def test_a_resource_has_no_more_than_fifty_tags_whenever_they_come(sagemaker: Any) -> None:
    tags = [{"Key": str(number), "Value": ""} for number in range(50)]
    group = sagemaker.create_model_package_group(ModelPackageGroupName="g", Tags=tags)
    arn = group["ModelPackageGroupArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "0", "Value": "another"}])
    said = refusal(sagemaker.add_tags, ResourceArn=arn, Tags=[{"Key": "more", "Value": ""}])
    assert said.startswith("ResourceLimitExceeded")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Exactly one of PrimaryContainer and Containers"),
        ({"PrimaryContainer": CONTAINER, "Containers": [CONTAINER]}, "Exactly one of"),
        ({"PrimaryContainer": {"ModelDataUrl": "s3://b/k"}}, "an Image or a ModelPackageName"),
        (
            {
                "PrimaryContainer": CONTAINER
                | {
                    "ModelDataSource": {
                        "S3DataSource": {
                            "S3Uri": "s3://b/k/",
                            "S3DataType": "S3Prefix",
                            "CompressionType": "None",
                        }
                    }
                }
            },
            "either a ModelDataUrl or a ModelDataSource",
        ),
        (
            {
                "PrimaryContainer": {
                    "Image": "image",
                    "ModelDataSource": {
                        "S3DataSource": {
                            "S3Uri": "s3://b/k",
                            "S3DataType": "S3Prefix",
                            "CompressionType": "None",
                        }
                    },
                }
            },
            "must end with a slash",
        ),
        (
            {
                "PrimaryContainer": CONTAINER
                | {"Environment": {f"K{n}": "v" * 1000 for n in range(40)}}
            },
            "the most is 32768",
        ),
    ],
)
def test_a_model_whose_containers_do_not_fit_is_refused(
    sagemaker: Any, params: Any, words: str
) -> None:
    assert words in refusal(sagemaker.create_model, ModelName="m", **params)


@pytest.mark.parametrize(
    ("variants", "more", "words"),
    [
        ([variant("v"), variant("v")], {}, "Variant names must be unique"),
        ([_without("InstanceType")], {}, "neither a ServerlessConfig nor an InstanceType"),
        ([_without("InitialInstanceCount")], {}, "nor an InitialInstanceCount"),
        ([variant("v", AcceleratorType="ml.eia2.medium")], {}, "no longer available"),
        ([variant("v", ServerlessConfig=SERVERLESS)], {}, "it takes no InitialInstanceCount"),
        (
            [variant("v", InstanceType="ml.m5d.large", VolumeSizeInGB=30)],
            {},
            "VolumeSizeInGB cannot",
        ),
        ([variant("v", InstanceType="ml.g5.xlarge")], {"KmsKeyId": "alias/k"}, "KmsKeyId cannot"),
        ([variant("v", InstanceType="ml.r7gd.large")], {"KmsKeyId": "alias/k"}, "KmsKeyId cannot"),
        ([variant("v", VolumeSizeInGB=513)], {}, "value less than or equal to 512"),
        ([variant("v", InitialVariantWeight=-1)], {}, "value greater than or equal to 0"),
        ([variant("v", InstanceType="ml.m99.large")], {}, "satisfy enum value set"),
    ],
)
def test_a_variant_that_aws_does_not_make_is_refused(
    create_config: Callable[..., Any], variants: list[Any], more: Any, words: str
) -> None:
    assert words in refusal(create_config, *variants, **more)


def test_a_key_goes_with_instances_that_have_no_disks_of_their_own(
    create_config: Callable[..., Any],
) -> None:
    assert create_config(variant("v", VolumeSizeInGB=30), KmsKeyId="alias/k")["EndpointConfigArn"]


def test_a_serverless_endpoint_takes_no_pipeline_of_containers(sagemaker: Any) -> None:
    sagemaker.create_model(ModelName="m", Containers=[CONTAINER, CONTAINER])
    serverless = {"VariantName": "v", "ModelName": "m", "ServerlessConfig": SERVERLESS}
    create = sagemaker.create_endpoint_config
    said = refusal(create, EndpointConfigName="c", ProductionVariants=[serverless])
    assert "Inference pipelines are not supported" in said


def _blue_green(kind: str, wait: int = 60, **more: Any) -> Any:
    timeout = {k: more.pop(k) for k in list(more) if k.startswith(("Maximum", "Termination"))}
    routing = {"Type": kind, "WaitIntervalInSeconds": wait} | more
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing} | timeout}


def _rolling(size: Any, **more: Any) -> Any:
    policy = {"MaximumBatchSize": size, "WaitIntervalInSeconds": 60}
    return {"RollingUpdatePolicy": policy | more}


def _percent(value: int) -> Any:
    return {"Type": "CAPACITY_PERCENT", "Value": value}


def _instances(value: int) -> Any:
    return {"Type": "INSTANCE_COUNT", "Value": value}


@pytest.mark.parametrize(
    ("deployment", "words"),
    [
        (_blue_green("ALL_AT_ONCE") | _rolling(_percent(50)), "Only one update policy"),
        (_blue_green("CANARY"), "CanarySize is required"),
        (_blue_green("LINEAR"), "LinearStepSize is required"),
        (_blue_green("CANARY", CanarySize=_percent(51)), "0 to 50 percent"),
        (_blue_green("CANARY", CanarySize=_instances(2)), "which has 2; it is 2"),
        (_blue_green("LINEAR", LinearStepSize=_percent(9)), "10 to 50 percent"),
        (_blue_green("LINEAR", LinearStepSize=_percent(51)), "10 to 50 percent"),
        (_blue_green("ALL_AT_ONCE", wait=3601), "value less than or equal to 3600"),
        (_blue_green("ALL_AT_ONCE", TerminationWaitInSeconds=3601), "less than or equal to 3600"),
        (_blue_green("ALL_AT_ONCE", 600, MaximumExecutionTimeoutInSeconds=600), "larger than"),
        (_blue_green("ALL_AT_ONCE", MaximumExecutionTimeoutInSeconds=599), "than or equal to 600"),
        (_rolling(_percent(4)), "5 to 50 percent"),
        (_rolling(_percent(51)), "5 to 50 percent"),
        (_rolling(_instances(2)), "which has 2; it is 2"),
        (_rolling(_percent(50), RollbackMaximumBatchSize=_percent(101)), "0 to 100 percent"),
        ({"AutoRollbackConfiguration": {"Alarms": []}}, "length greater than or equal to 1"),
        (
            {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": str(n)} for n in range(11)]}},
            "length less than or equal to 10",
        ),
        ({"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "a"}] * 2}}, "must be unique"),
    ],
)
def test_a_deployment_that_aws_does_not_make_is_refused(
    sagemaker: Any, create_config: Callable[..., Any], deployment: Any, words: str
) -> None:
    create_config(variant("v"))
    create = sagemaker.create_endpoint
    said = refusal(create, EndpointName="e", EndpointConfigName="c", DeploymentConfig=deployment)
    assert words in said


def test_half_of_the_instances_is_a_canary(
    sagemaker: Any, create_config: Callable[..., Any]
) -> None:
    create_config(variant("v"))
    canary = _blue_green("CANARY", CanarySize=_instances(1)) | ALARMS
    sagemaker.create_endpoint(EndpointName="e", EndpointConfigName="c", DeploymentConfig=canary)


def test_two_endpoints_names_differ_by_more_than_case(
    sagemaker: Any, create_config: Callable[..., Any]
) -> None:
    create_config(variant("v"))
    sagemaker.create_endpoint(EndpointName="name", EndpointConfigName="c")
    said = refusal(sagemaker.create_endpoint, EndpointName="NAME", EndpointConfigName="c")
    assert "Cannot create already existing endpoint" in said


def _unversioned(**more: Any) -> Any:
    types = {
        "SupportedTransformInstanceTypes": ["ml.m5.large"],
        "SupportedRealtimeInferenceInstanceTypes": ["ml.m5.large"],
    }
    specification = {"Containers": [CONTAINER]} | types | more
    return {"ModelPackageName": "p", "InferenceSpecification": specification}


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "Missing ARN."),
        (_unversioned() | {"ModelPackageGroupName": "g"}, "Both ModelPackageName and"),
        (_unversioned() | {"ModelApprovalStatus": "Approved"}, "does not apply to unversioned"),
        ({"ModelPackageName": "p"}, "Either InferenceSpecification or Source"),
        (_unversioned(SupportedRealtimeInferenceInstanceTypes=[]), "required for unversioned"),
        (
            {"ModelPackageGroupName": "g", "Tags": [{"Key": "a", "Value": ""}]},
            "has the tags of its group",
        ),
        ({"ModelPackageGroupName": "g", "ModelPackageDescription": "é" * 1025}, "or equal to 1024"),
        ({"ModelPackageGroupName": "g", "ModelPackageDescription": "\n"}, "regular expression"),
        ({"ModelPackageGroupName": "g", "CustomerMetadataProperties": {}}, "than or equal to 1"),
        ({"ModelPackageGroupName": "g", "ClientToken": "under_score"}, "regular expression"),
    ],
)
def test_a_model_package_that_aws_does_not_take_is_refused(
    sagemaker: Any, params: Any, words: str
) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="g")
    assert words in refusal(sagemaker.create_model_package, **params)


def test_a_version_never_has_more_than_fifty_metadata(sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="g")
    metadata = {str(number): "v" for number in range(50)}
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="g", CustomerMetadataProperties=metadata
    )["ModelPackageArn"]
    update = sagemaker.update_model_package
    more = {"ModelPackageArn": arn, "CustomerMetadataProperties": {"more": "v"}}
    assert "at most 50" in refusal(update, **more)
    update(**more, CustomerMetadataPropertiesToRemove=["0"])


def test_only_versioned_models_are_updated(sagemaker: Any) -> None:
    arn = sagemaker.create_model_package(**_unversioned())["ModelPackageArn"]
    said = refusal(sagemaker.update_model_package, ModelPackageArn=arn, SourceUri="s3://b/k")
    assert "updates versioned models only" in said


def test_a_reason_has_one_line(sagemaker: Any) -> None:
    sagemaker.create_model_package_group(ModelPackageGroupName="g")
    arn = sagemaker.create_model_package(ModelPackageGroupName="g")["ModelPackageArn"]
    said = refusal(sagemaker.update_model_package, ModelPackageArn=arn, ApprovalDescription="a\nb")
    assert "regular expression pattern" in said


def test_a_token_that_no_list_gave_is_refused(sagemaker: Any) -> None:
    assert "NextToken" in refusal(sagemaker.list_models, NextToken="x")


@pytest.mark.parametrize(
    ("members", "size", "words"),
    [
        ({}, 6 * 1024**2 + 1, "takes at most 6291456"),
        ({"ServerlessConfig": SERVERLESS}, 4 * 1024**2 + 1, "takes at most 4194304"),
    ],
)
def test_a_request_that_is_too_large_is_refused(
    endpoints: Endpoints, members: Any, size: int, words: str
) -> None:
    one = {"VariantName": "good"} | members if members else variant("good")
    endpoints.config("c", one)
    endpoints.create("c")
    invoke = endpoints.runtime.invoke_endpoint
    assert words in refusal(invoke, EndpointName="e", Body=b" " * size)
    assert endpoints.invoke() == "good"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"ContentType": "é"}, "satisfy regular expression pattern"),
        ({"InferenceId": "x" * 65}, "length less than or equal to 64"),
    ],
)
def test_a_header_that_aws_does_not_take_is_refused(
    endpoints: Endpoints, headers: Any, words: str
) -> None:
    endpoints.config("c", variant("good"))
    endpoints.create("c")
    invoke = endpoints.runtime.invoke_endpoint
    assert words in refusal(invoke, EndpointName="e", Body=b"{}", **headers)


def test_a_rolling_deployment_takes_one_variant_on_instances(
    sagemaker: Any, create_config: Callable[..., Any]
) -> None:
    create_config(variant("a"), variant("b"))
    create = sagemaker.create_endpoint
    rolling = _rolling(_percent(50))
    said = refusal(create, EndpointName="e", EndpointConfigName="c", DeploymentConfig=rolling)
    assert "multi-variant endpoints" in said


@pytest.mark.parametrize(
    ("containers", "members", "words"),
    [
        ([CONTAINER, CONTAINER], {}, "endpoints of several containers"),
        ([CONTAINER | {"Mode": "MultiModel"}], {}, "multi-model endpoints"),
        ([CONTAINER], {"InstanceType": "ml.inf1.xlarge"}, "Inf1 instances"),
    ],
)
def test_what_has_no_shadow_tests_is_refused(
    sagemaker: Any, containers: list[Any], members: Any, words: str
) -> None:
    sagemaker.create_model(ModelName="m", Containers=containers)
    said = refusal(
        sagemaker.create_endpoint_config,
        EndpointConfigName="c",
        ProductionVariants=[variant("a", ModelName="m", **members)],
        ShadowProductionVariants=[variant("b", ModelName="m", **members)],
    )
    assert words in said
