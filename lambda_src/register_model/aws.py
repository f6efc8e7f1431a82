"""The cloud, by boto3; no other module knows it.

What AWS reports as missing becomes the domain's own answer: nothing, or ObjectGone. Every other
error passes through, so that Lambda calls the registrar again.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import ClientError

from lambda_src.register_model.cloud import (
    MAX_SMALL,
    Approval,
    Cloud,
    NewVersion,
    ObjectGone,
    ObjectVersion,
    Readable,
    RegisteredVersion,
)
from lambda_src.shared.announcement import SnsTopic
from lambda_src.shared.retries import PATIENTLY

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.type_defs import (
        BatchDescribeModelPackageSummaryTypeDef,
        CreateModelPackageInputTypeDef,
        DescribeEndpointConfigOutputTypeDef,
        DescribeModelOutputTypeDef,
        ModelPackageContainerDefinitionTypeDef,
    )
    from types_boto3_ssm import SSMClient


_GONE = {"404", "405", "MethodNotAllowed", "NoSuchKey", "NoSuchVersion"}
_CONTENT_TYPES = ["application/json"]
# The most that one call may list, and the most that one call may describe.
_PAGE = 100


# Seconds between attempts, while a parameter is written by others or its reads are stale.
_PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)


class PartlyDescribed(Exception):
    """The registry listed versions that it would not describe; nothing can be chosen from that."""


@cache
def connect(topic: str) -> Cloud:
    """Once a container: building clients takes longer than registering most models."""
    sagemaker = boto3.client("sagemaker", config=PATIENTLY)
    return Cloud(
        objects=S3Objects(boto3.client("s3", config=PATIENTLY)),
        registry=ModelRegistry(sagemaker),
        endpoints=SageMakerEndpoints(sagemaker),
        parameters=SsmParameters(boto3.client("ssm", config=PATIENTLY)),
        announcer=SnsTopic(boto3.client("sns", config=PATIENTLY), topic),
    )


@dataclass(eq=False)
class S3Objects:
    client: "S3Client"

    def versions(self, bucket: str, key: str) -> Sequence[ObjectVersion]:
        # A listing needs no versions to exist, where a HeadObject without them is "forbidden".
        pages = self.client.get_paginator("list_object_versions").paginate(
            Bucket=bucket, Prefix=key
        )
        found: list[ObjectVersion] = []
        for page in pages:
            for version in page.get("Versions", []):
                # Keys come in order, and the prefix itself is the first that can match.
                if version["Key"] != key:
                    return found
                found.append(
                    ObjectVersion(
                        version_id=version["VersionId"],
                        modified=version["LastModified"],
                        size=version["Size"],
                        latest=version["IsLatest"],
                    )
                )
        return found

    def read(self, bucket: str, key: str) -> bytes | None:
        try:
            return self.client.get_object(Bucket=bucket, Key=key)["Body"].read(MAX_SMALL + 1)
        except self.client.exceptions.NoSuchKey:
            return None

    def write(self, bucket: str, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=bucket, Key=key, Body=content, ContentType="application/json")

    def open(self, bucket: str, key: str, version_id: str) -> Readable:
        with _gone():
            return self.client.get_object(Bucket=bucket, Key=key, VersionId=version_id)["Body"]

    def copy(self, bucket: str, key: str, version_id: str, to: str) -> None:
        # The managed copy goes in parts above S3's 5 GB for a single one. The delivery's tags
        # stay behind: to read them would take one permission more.
        with _gone():
            self.client.copy(
                CopySource={"Bucket": bucket, "Key": key, "VersionId": version_id},
                Bucket=bucket,
                Key=to,
                ExtraArgs={"TaggingDirective": "REPLACE"},
            )


@dataclass(eq=False)
class ModelRegistry:
    client: "SageMakerClient"

    def versions(self, group: str) -> Sequence[RegisteredVersion]:
        return [_registered(summary) for arns in self._pages(group) for summary in self._all(arns)]

    def metadata(self, arn: str) -> Mapping[str, str]:
        # The one thing that the description of many at once leaves out.
        answer = self.client.describe_model_package(ModelPackageName=arn)
        return answer.get("CustomerMetadataProperties", {})

    def record(self, group: str, version: NewVersion) -> str:
        container: ModelPackageContainerDefinitionTypeDef = {"Image": version.image}
        if version.model_data is not None:
            container["ModelDataUrl"] = version.model_data
        request: CreateModelPackageInputTypeDef = {
            "ModelPackageGroupName": group,
            "ModelPackageDescription": version.description,
            "ModelApprovalStatus": version.approval.value,
            "InferenceSpecification": {
                "Containers": [container],
                "SupportedContentTypes": _CONTENT_TYPES,
                "SupportedResponseMIMETypes": _CONTENT_TYPES,
            },
            "CustomerMetadataProperties": version.metadata,
            "ClientToken": version.token,
        }
        if version.metrics is not None:
            # https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-version.html
            request["ModelMetrics"] = {
                "ModelQuality": {
                    "Statistics": {"ContentType": "application/json", "S3Uri": version.metrics}
                }
            }
        return self.client.create_model_package(**request)["ModelPackageArn"]

    def _pages(self, group: str) -> Iterator[list[str]]:
        pages = self.client.get_paginator("list_model_packages").paginate(
            ModelPackageGroupName=group, PaginationConfig={"PageSize": _PAGE}
        )
        for page in pages:
            yield [package["ModelPackageArn"] for package in page["ModelPackageSummaryList"]]

    def _all(self, arns: list[str]) -> Iterable["BatchDescribeModelPackageSummaryTypeDef"]:
        if not arns:
            return []
        answer = self.client.batch_describe_model_package(ModelPackageArnList=arns)
        if errors := answer.get("BatchDescribeModelPackageErrorMap"):
            raise PartlyDescribed(errors)
        return answer["ModelPackageSummaries"].values()


@dataclass(eq=False)
class SageMakerEndpoints:
    client: "SageMakerClient"

    def live_model_data(self, endpoint: str) -> str | None:
        try:
            found = self.client.describe_endpoint(EndpointName=endpoint)
        except ClientError as error:
            if is_missing(error):
                return None
            raise
        live = configuration_and_model(self.client, found["EndpointConfigName"])
        return live[1]["PrimaryContainer"].get("ModelDataUrl") if live else None


@dataclass(eq=False)
class SsmParameters:
    """Parameter Store. A read is never older than the last write of this object."""

    client: "SSMClient"
    pause: Callable[[float], None] = time.sleep
    _written: dict[str, int] = field(default_factory=dict)

    def read(self, name: str) -> str | None:
        for pause in (*_PAUSES, None):
            try:
                found = self.client.get_parameter(Name=name)["Parameter"]
            except self.client.exceptions.ParameterNotFound:
                return None
            if found["Version"] >= self._written.get(name, 0):
                break
            if pause is None:
                # Not stale: deleted and made anew, its versions start again at 1.
                del self._written[name]
            else:
                self.pause(pause)
        return found["Value"]

    def write(self, name: str, value: str) -> None:
        for pause in (*_PAUSES, None):
            try:
                # Without a Type, SSM changes what exists and refuses to create what does not.
                answer = self.client.put_parameter(Name=name, Value=value, Overwrite=True)
            except self.client.exceptions.TooManyUpdates:
                # Two at the same moment; botocore does not repeat it.
                if pause is None:
                    raise
                self.pause(pause)
            else:
                self._written[name] = answer["Version"]
                return


def _registered(summary: "BatchDescribeModelPackageSummaryTypeDef") -> RegisteredVersion:
    containers = summary["InferenceSpecification"]["Containers"]
    return RegisteredVersion(
        arn=summary["ModelPackageArn"],
        number=summary["ModelPackageVersion"],
        description=summary.get("ModelPackageDescription", ""),
        model_data=containers[0].get("ModelDataUrl"),
        approval=Approval(summary["ModelApprovalStatus"]),
    )


def configuration_and_model(
    client: "SageMakerClient", name: str
) -> "tuple[DescribeEndpointConfigOutputTypeDef, DescribeModelOutputTypeDef] | None":
    """An endpoint configuration and its primary variant's model: the first. None if either is gone."""
    try:
        found = client.describe_endpoint_config(EndpointConfigName=name)
        variant = found["ProductionVariants"][0]
        return found, client.describe_model(ModelName=variant["ModelName"])
    except ClientError as error:
        if is_missing(error):
            return None
        raise


def is_missing(error: ClientError) -> bool:
    # SageMaker has no code of its own for it.
    return "Could not find" in error.response["Error"]["Message"]


@contextmanager
def _gone() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise ObjectGone from error
        raise
