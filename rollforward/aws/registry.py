"""The SageMaker Model Registry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambda_src.shared.description import description
from lambda_src.shared.registry import Approval
from lambda_src.shared.s3_url import S3Url
from rollforward.aws import clients
from rollforward.aws.errors import translate_errors
from rollforward.target import Target


@dataclass(frozen=True)
class RegistryEntry:
    """One version in the registry.

    `key` is the key of its pinned copy, None if the registrar refused the delivery. `description` is what the
    registrar recorded, `approval_reason` the reason of the last decision, empty if there was none.
    """

    arn: str
    number: int
    approval: Approval
    description: str
    approval_reason: str
    key: str | None
    metadata: Mapping[str, str]


def list_entries(target: Target) -> Iterator[RegistryEntry]:
    """The versions of the model, newest first. Each one is a request: stop when you have found yours."""
    with translate_errors():
        pages = (
            clients.sagemaker(target.region)
            .get_paginator("list_model_packages")
            .paginate(
                ModelPackageGroupName=target.package_group,
                SortBy="CreationTime",
                SortOrder="Descending",
                PaginationConfig={"PageSize": 100},
            )
        )
        for page in pages:
            for summary in page["ModelPackageSummaryList"]:
                yield _entry(target, summary["ModelPackageArn"])


@translate_errors()
def set_approval(target: Target, arn: str, approval: Approval, reason: str) -> None:
    """Change the approval status of a version. `reason` may have any length: it is shortened to fit."""
    clients.sagemaker(target.region).update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus=approval.value,
        ApprovalDescription=description(reason),
    )


def _entry(target: Target, arn: str) -> RegistryEntry:
    found = clients.sagemaker(target.region).describe_model_package(ModelPackageName=arn)
    url = S3Url.parse(found["InferenceSpecification"]["Containers"][0].get("ModelDataUrl", ""))
    return RegistryEntry(
        arn=arn,
        number=found["ModelPackageVersion"],
        approval=Approval(found["ModelApprovalStatus"]),
        description=found.get("ModelPackageDescription", ""),
        approval_reason=found.get("ApprovalDescription", ""),
        key=url.key if url else None,
        metadata=found.get("CustomerMetadataProperties", {}),
    )
