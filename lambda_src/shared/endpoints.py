"""SageMaker endpoints, as both functions read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from lambda_src.shared.s3_url import S3Url


@dataclass(frozen=True)
class PendingDeployment:
    """A deployment that SageMaker has not finished.

    `starting` says whether the new fleet waits for its first request, `baking` whether it receives requests.
    `share` is the smallest part of the requests that the new fleet receives before the deployment ends, above
    0 and at most 1.
    """

    configuration: str
    starting: bool
    baking: bool
    share: float


@dataclass(frozen=True)
class Endpoint:
    """An endpoint in SageMaker's words; `configuration` names the endpoint configuration that is live."""

    status: str
    configuration: str
    failure_reason: str | None
    modified: datetime
    pending: PendingDeployment | None = None


@dataclass(frozen=True)
class PrimaryVariant:
    """The first variant of an endpoint configuration.

    `model_data` is None if the model does not come from S3. `alone` says whether the configuration has no
    other variant, `asynchronous` whether the endpoint takes its requests from S3.
    """

    name: str
    model_data: S3Url | None
    alone: bool
    asynchronous: bool


class Endpoints(Protocol):
    def find(self, name: str) -> Endpoint | None:
        """None if there is no such endpoint."""

    def primary_variant(self, configuration: str) -> PrimaryVariant | None:
        """None if the endpoint configuration, or its model, was deleted."""
