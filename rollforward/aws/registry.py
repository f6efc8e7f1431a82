"""The SageMaker Model Registry."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambda_src.shared.aws.registry import ModelRegistry, PartlyDescribed
from lambda_src.shared.description import description
from lambda_src.shared.registry import Approval
from lambda_src.shared.s3_url import S3Url
from rollforward.aws import clients
from rollforward.aws.errors import translate_errors
from rollforward.errors import RollforwardError
from rollforward.target import Target


@dataclass(frozen=True)
class ListedVersion:
    """What two requests tell about each of 100 versions.

    `key` is the key of the pinned copy, None if the registrar refused the delivery. `description` is what the
    registrar recorded.
    """

    arn: str
    number: int
    approval: Approval
    description: str
    key: str | None


@dataclass(frozen=True)
class RegistryEntry(ListedVersion):
    """One version in the registry; it takes one request.

    `approval_reason` is the reason of the last decision, empty if there was none.
    """

    approval_reason: str
    metadata: Mapping[str, str]


@translate_errors()
def list_versions(target: Target) -> list[ListedVersion]:
    """Every version of the model, newest first. Raises RollforwardError if the registry omits one."""
    registry = ModelRegistry(clients.sagemaker(target.region))
    try:
        found = registry.versions(target.package_group)
    except PartlyDescribed as error:
        raise RollforwardError(
            f"SageMaker listed versions of {target.model} that it did not describe: try again ({error})"
        ) from error
    listed = [
        ListedVersion(one.arn, one.number, one.approval, one.description, _key(one.model_data))
        for one in found
    ]
    return sorted(listed, key=lambda one: one.number, reverse=True)


@translate_errors()
def some_version_is(target: Target, approval: Approval) -> bool:
    found = clients.sagemaker(target.region).list_model_packages(
        ModelPackageGroupName=target.package_group, ModelApprovalStatus=approval.value
    )
    # A page can be empty although another one follows.
    return bool(found["ModelPackageSummaryList"] or found.get("NextToken"))


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
                yield describe(target, summary["ModelPackageArn"])


@translate_errors()
def describe(target: Target, arn: str) -> RegistryEntry:
    found = clients.sagemaker(target.region).describe_model_package(ModelPackageName=arn)
    url = S3Url.parse(found["InferenceSpecification"]["Containers"][0].get("ModelDataUrl", ""))
    return RegistryEntry(
        arn=arn,
        number=found["ModelPackageVersion"],
        approval=Approval(found["ModelApprovalStatus"]),
        description=found.get("ModelPackageDescription", ""),
        approval_reason=found.get("ApprovalDescription", ""),
        key=_key(url),
        metadata=found.get("CustomerMetadataProperties", {}),
    )


@translate_errors()
def set_approval(target: Target, arn: str, approval: Approval, reason: str) -> None:
    """Change the approval status of a version. `reason` may have any length: it is shortened to fit."""
    clients.sagemaker(target.region).update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus=approval.value,
        ApprovalDescription=description(reason),
    )


def _key(model_data: S3Url | None) -> str | None:
    return model_data.key if model_data else None
