"""`cdktf destroy '*'` of an environment with a live model."""

from pathlib import Path

import pytest

from config import names
from tests.local.deployment import Deployment
from tests.local.snapshots import story_of

pytestmark = pytest.mark.timeout(900)


def test_destroy_leaves_nothing(v2_live: Path, tmp_path: Path) -> None:
    with story_of(v2_live, tmp_path) as deployment:
        forget_deliveries(deployment)
        deployment.unsubscribe()
        deployment.cdktf("destroy")
        sagemaker = deployment.client("sagemaker")
        deployment.await_no_endpoint()
        assert sagemaker.list_endpoint_configs()["EndpointConfigs"] == []
        assert sagemaker.list_models()["Models"] == []
        assert sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
        assert deployment.client("lambda").list_functions()["Functions"] == []
        assert deployment.client("ssm").describe_parameters()["Parameters"] == []
        assert deployment.client("iam").list_roles()["Roles"] == []
        assert deployment.client("logs").describe_log_groups()["logGroups"] == []
        assert deployment.client("sqs").list_queues().get("QueueUrls", []) == []
        assert deployment.client("sns").list_topics()["Topics"] == []
        assert deployment.client("events").list_rules()["Rules"] == []
        buckets = deployment.client("s3").list_buckets()["Buckets"]
        assert [bucket["Name"] for bucket in buckets] == [deployment.environment.state.bucket]


def forget_deliveries(deployment: Deployment) -> None:
    """What docs/operating.md tells to do before a destroy, which never deletes a delivery by itself."""
    bucket = names.model_bucket(deployment.environment)
    s3 = deployment.client("s3")
    s3.delete_bucket_policy(Bucket=bucket)
    versions = s3.list_object_versions(Bucket=bucket)["Versions"]
    doomed = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in versions]
    s3.delete_objects(Bucket=bucket, Delete={"Objects": doomed})
    sagemaker = deployment.client("sagemaker")
    group = names.package_group(deployment.environment, "sentiment")
    for package in sagemaker.list_model_packages(ModelPackageGroupName=group, MaxResults=100)[
        "ModelPackageSummaryList"
    ]:
        sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])
