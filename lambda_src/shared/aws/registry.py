"""The Model Registry by boto3."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_src.shared.registry import Approval, NewVersion, RegisteredVersion
from lambda_src.shared.s3_url import S3Url

if TYPE_CHECKING:
    from types_boto3_sagemaker import SageMakerClient
    from types_boto3_sagemaker.type_defs import (
        BatchDescribeModelPackageSummaryTypeDef,
        CreateModelPackageInputTypeDef,
        ModelPackageContainerDefinitionTypeDef,
    )

_CONTENT_TYPES = ["application/json"]
# ListModelPackages lists, and BatchDescribeModelPackage describes, at most 100 versions a call.
_PAGE = 100


class PartlyDescribed(Exception):
    """The registry listed versions that it did not describe; no choice can be made from the rest."""


@dataclass(frozen=True)
class ModelRegistry:
    client: "SageMakerClient"

    def versions(self, group: str) -> Sequence[RegisteredVersion]:
        return [_version(summary) for arns in self._pages(group) for summary in self._all(arns)]

    def metadata(self, arn: str) -> Mapping[str, str]:
        # BatchDescribeModelPackage leaves the metadata out.
        answer = self.client.describe_model_package(ModelPackageName=arn)
        return answer.get("CustomerMetadataProperties", {})

    def record(self, group: str, version: NewVersion) -> str:
        container: ModelPackageContainerDefinitionTypeDef = {"Image": version.image}
        if version.model_data is not None:
            container["ModelDataUrl"] = str(version.model_data)
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
            url = str(version.metrics)
            request["ModelMetrics"] = {
                "ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": url}}
            }
        return self.client.create_model_package(**request)["ModelPackageArn"]

    def reject(self, arn: str, reason: str) -> None:
        self.client.update_model_package(
            ModelPackageArn=arn,
            ModelApprovalStatus=Approval.REJECTED.value,
            ApprovalDescription=reason,
        )

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


def _version(summary: "BatchDescribeModelPackageSummaryTypeDef") -> RegisteredVersion:
    containers = summary["InferenceSpecification"]["Containers"]
    return RegisteredVersion(
        arn=summary["ModelPackageArn"],
        number=summary["ModelPackageVersion"],
        description=summary.get("ModelPackageDescription", ""),
        model_data=S3Url.parse(containers[0].get("ModelDataUrl", "")),
        approval=Approval(summary["ModelApprovalStatus"]),
    )
