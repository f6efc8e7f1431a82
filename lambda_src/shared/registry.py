"""The SageMaker Model Registry, as both functions read and write it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lambda_src.shared.s3_url import S3Url


class Approval(StrEnum):
    """The approval status of a version, in SageMaker's words."""

    APPROVED = "Approved"
    REJECTED = "Rejected"
    PENDING = "PendingManualApproval"


@dataclass(frozen=True)
class RegisteredVersion:
    """A version as the registry lists it; `model_data` is None if the archive was refused."""

    arn: str
    number: int
    description: str
    model_data: S3Url | None
    approval: Approval


@dataclass(frozen=True)
class NewVersion:
    """A version to be recorded. To record a version with the same token again adds no version."""

    approval: Approval
    description: str
    image: str
    model_data: S3Url | None
    metrics: S3Url | None
    metadata: Mapping[str, str]
    token: str = ""


class Registry(Protocol):
    def versions(self, group: str) -> Sequence[RegisteredVersion]:
        """Every version of a model package group."""

    def metadata(self, arn: str) -> Mapping[str, str]:
        """The customer metadata of a version."""

    def record(self, group: str, version: NewVersion) -> str:
        """Add a version to a model package group; return its ARN."""

    def reject(self, arn: str, reason: str) -> None: ...
