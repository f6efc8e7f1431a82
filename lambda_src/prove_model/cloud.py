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


@dataclass(frozen=True)
class Endpoint:
    """What SageMaker says of an endpoint, in SageMaker's words; `configuration` is the one that is live."""

    status: str
    configuration: str
    failure_reason: str | None
    modified: datetime


class Endpoints(Protocol):
    def find(self, name: str) -> Endpoint | None: ...

    def model_data(self, configuration: str) -> str | None:
        """The S3 URL that an endpoint configuration serves; None if it, or its model, is gone."""

    def invoke(self, name: str, body: bytes) -> bytes:
        """The answer to a JSON body. Raises InvocationFailed."""


class Registry(Protocol):
    def versions(self, group: str) -> Sequence[RegisteredVersion]: ...

    def reject(self, arn: str, reason: str) -> None: ...


class Objects(Protocol):
    def read(self, bucket: str, key: str) -> bytes | None:
        """A small object, or None if there is none."""


@dataclass(frozen=True)
class Cloud:
    endpoints: Endpoints
    registry: Registry
    objects: Objects
    parameters: Parameters
    announcer: Announcer
