"""What the registrar needs of the cloud: objects, a model registry and parameters.

The logic is written against these three protocols; `aws.py` fulfils them with boto3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ObjectGone(Exception):
    """The object version was deleted after it had been listed."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class ObjectVersion:
    version_id: str
    modified: datetime
    size: int
    latest: bool


class Approval(StrEnum):
    """SageMaker's words for the state of a version."""

    APPROVED = "Approved"
    REJECTED = "Rejected"
    PENDING = "PendingManualApproval"


@dataclass(frozen=True)
class RegisteredVersion:
    """A version as the model registry lists it; a refused delivery has no model data."""

    model_data: str | None
    approval: Approval


@dataclass(frozen=True)
class NewVersion:
    """A version to be recorded; two with the same token are the same version."""

    approval: Approval
    description: str
    image: str
    model_data: str | None
    metadata: Mapping[str, str]
    token: str


class Objects(Protocol):
    def versions(self, bucket: str, key: str) -> Sequence[ObjectVersion]:
        """Every version of exactly this key, newest first; deletions are no versions."""

    def open(self, bucket: str, key: str, version_id: str) -> Readable:
        """Raises ObjectGone if there is no such version."""

    def copy(self, bucket: str, key: str, version_id: str, to: str) -> None:
        """Copy one version within the bucket. Raises ObjectGone if there is no such version."""


class Registry(Protocol):
    def versions(self, group: str) -> Sequence[RegisteredVersion]: ...

    def record(self, group: str, version: NewVersion) -> None: ...


class Parameters(Protocol):
    def read(self, name: str) -> str | None:
        """The parameter's value, or None if there is no such parameter."""

    def write(self, name: str, value: str) -> None:
        """Change a parameter that exists; Terraform alone creates them."""


@dataclass(frozen=True)
class Cloud:
    objects: Objects
    registry: Registry
    parameters: Parameters
