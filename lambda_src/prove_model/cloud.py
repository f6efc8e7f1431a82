"""What the prover needs of the cloud: endpoints, a model registry, objects, parameters and subscribers.

The logic is written against these protocols; `aws.py` fulfils them with boto3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lambda_src.register_model.cloud import Parameters, RegisteredVersion
from lambda_src.shared.announcement import Announcer


class InvocationFailed(Exception):
    """The endpoint gave no prediction; the text says why."""


class NoAnswer(Exception):
    """The model was not heard, which says nothing about it; the text says why."""


@dataclass(frozen=True)
class Pending:
    """A deployment that goes on.

    `starting` is whether the new fleet still waits for its first request, `baking` whether it gets requests.
    `share` is the smallest part of them that it gets before the end, above 0 and at most 1.
    """

    configuration: str
    starting: bool
    baking: bool
    share: float


@dataclass(frozen=True)
class Endpoint:
    """What SageMaker says of an endpoint, in SageMaker's words; `configuration` is the one that is live."""

    status: str
    configuration: str
    failure_reason: str | None
    modified: datetime
    pending: Pending | None = None


@dataclass(frozen=True)
class Served:
    """What an endpoint configuration serves as its primary variant: the first, whatever is tried beside it.

    `model_data` is None for a model that does not come from S3.
    """

    model_data: str | None
    variant: str
    alone: bool
    asynchronous: bool


@dataclass(frozen=True)
class Places:
    """The S3 URLs of an answer, and of why there is none: one of them will be there."""

    answer: str
    failure: str


class Endpoints(Protocol):
    def find(self, name: str) -> Endpoint | None: ...

    def served(self, configuration: str) -> Served | None:
        """None if the configuration, or its model, is gone."""

    def invoke(self, name: str, body: bytes, variant: str | None) -> bytes:
        """The answer to a JSON body, of this variant or of any. Raises InvocationFailed.

        Of an answer of more than MAX_SMALL bytes, that many and one more.
        """

    def enqueue(self, name: str, request: str) -> Places:
        """Have an asynchronous endpoint answer the JSON at that S3 URL."""


class Registry(Protocol):
    def versions(self, group: str) -> Sequence[RegisteredVersion]: ...

    def reject(self, arn: str, reason: str) -> None: ...


class Objects(Protocol):
    def read(self, bucket: str, key: str) -> bytes | None:
        """A small object, or None if there is none."""

    def write(self, bucket: str, key: str, content: bytes) -> None: ...


class Metrics(Protocol):
    def count_failure(self, configuration: str) -> None:
        """One failed smoke request of this endpoint configuration."""


@dataclass(frozen=True)
class Cloud:
    endpoints: Endpoints
    registry: Registry
    objects: Objects
    parameters: Parameters
    announcer: Announcer
    metrics: Metrics
