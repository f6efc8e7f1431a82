"""What the registrar needs of the cloud: objects, a model registry, endpoints, parameters and subscribers.

The logic is written against these protocols; `aws.py` fulfils them with boto3.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from lambda_src.shared.announcement import Announcer

# The most that is read of a small object, such as metrics.json or the answer of an asynchronous endpoint.
MAX_SMALL = 6 * 1000**2


class ObjectGone(Exception):
    """The object version was deleted after it had been listed."""


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...

    def close(self) -> None: ...


class ObjectVersion(NamedTuple):
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
    """A version as the model registry lists it; what could not be inspected has no model data."""

    arn: str
    number: int
    description: str
    model_data: str | None
    approval: Approval


@dataclass(frozen=True)
class NewVersion:
    """A version to be recorded. To record one with the same token again records nothing new.

    `model_data` and `metrics` are S3 URLs.
    """

    approval: Approval
    description: str
    image: str
    model_data: str | None
    metrics: str | None
    metadata: Mapping[str, str]
    token: str = ""


class Objects(Protocol):
    def versions(self, bucket: str, key: str) -> Sequence[ObjectVersion]:
        """Every version of exactly this key, newest first; deletions are no versions."""

    def read(self, bucket: str, key: str) -> bytes | None:
        """The latest version of a small object, or None if there is none.

        Of a larger one, its first bytes: one more than MAX_SMALL.
        """

    def write(self, bucket: str, key: str, content: bytes) -> None: ...

    def open(self, bucket: str, key: str, version_id: str) -> Readable:
        """Raises ObjectGone if there is no such version."""

    def copy(self, bucket: str, key: str, version_id: str, to: str) -> None:
        """Copy one version within the bucket. Raises ObjectGone if there is no such version."""


class Registry(Protocol):
    def versions(self, group: str) -> Sequence[RegisteredVersion]: ...

    def metadata(self, arn: str) -> Mapping[str, str]: ...

    def record(self, group: str, version: NewVersion) -> str:
        """The ARN of the version."""


class Endpoints(Protocol):
    def live_model_data(self, endpoint: str) -> str | None:
        """The S3 URL of what the endpoint serves, or None if there is no endpoint."""


class Parameters(Protocol):
    def read(self, name: str) -> str | None:
        """The parameter's value, or None if there is no such parameter.

        It may be the value of a moment ago, but not one from before this object's own last write.
        """

    def write(self, name: str, value: str) -> None:
        """Change a parameter that exists; Terraform alone creates them."""


@dataclass(eq=False)
class Cloud:
    objects: Objects
    registry: Registry
    endpoints: Endpoints
    parameters: Parameters
    announcer: Announcer
    pause: Callable[[float], None] = time.sleep
