"""What the root user of an account in the local cloud prepares for others, and removes after them.

Every function takes the environment variables that reach the account, because this process may reach another.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3

from config import names
from config.schema.settings import Environment
from rollforward.aws.errors import translate_errors

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import S3ServiceResource
    from types_boto3_sagemaker import SageMakerClient

Variables = Mapping[str, str]


@translate_errors()
def create_kms_key(root: Variables) -> str:
    """Create a KMS key, and return its ARN."""
    return str(boto3.client("kms", **_options(root)).create_key()["KeyMetadata"]["Arn"])


@translate_errors()
def create_user(root: Variables, name: str, policy: Mapping[str, Any]) -> dict[str, str]:
    """Create an IAM user with this policy; return the environment variables of the user's access key."""
    iam = boto3.client("iam", **_options(root))
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@translate_errors()
def empty_model_bucket(root: Variables, environment: Environment) -> None:
    """Delete every version of every object. Its policy denies that: it is removed, and then set again."""
    s3: S3ServiceResource = boto3.resource("s3", **_options(root))
    bucket = s3.Bucket(names.model_bucket(environment))
    policy = bucket.Policy().policy
    bucket.Policy().delete()
    bucket.object_versions.delete()
    bucket.Policy().put(Policy=policy)


@translate_errors()
def empty_registry(root: Variables, environment: Environment) -> None:
    """Delete every version of every model."""
    endpoint = {"endpoint_url": root["AWS_ENDPOINT_URL_SAGEMAKER"]}
    sagemaker: SageMakerClient = boto3.client("sagemaker", **(_options(root) | endpoint))
    for model in environment.models:
        group = names.package_group(environment, model)
        pages = sagemaker.get_paginator("list_model_packages").paginate(ModelPackageGroupName=group)
        for package in [one for page in pages for one in page["ModelPackageSummaryList"]]:
            sagemaker.delete_model_package(ModelPackageName=package["ModelPackageArn"])


def _options(variables: Variables) -> dict[str, Any]:
    return {
        "endpoint_url": variables["AWS_ENDPOINT_URL"],
        "region_name": variables["AWS_REGION"],
        "aws_access_key_id": variables["AWS_ACCESS_KEY_ID"],
        "aws_secret_access_key": variables["AWS_SECRET_ACCESS_KEY"],
    }
