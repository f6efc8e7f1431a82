"""What the prover needs of AWS, beyond what both functions need."""

from dataclasses import dataclass
from typing import Protocol

from lambda_src.shared.cloud import Cloud
from lambda_src.shared.s3_url import S3Url


class InvocationFailed(Exception):
    """The endpoint returned no prediction; the text says why."""


class NoAnswer(Exception):
    """No answer arrived, which says nothing about the model; the text says why."""


@dataclass(frozen=True)
class QueuedRequest:
    """A request to an asynchronous endpoint: SageMaker will write one of the two objects."""

    answer: S3Url
    failure: S3Url


class Invocations(Protocol):
    def invoke(self, endpoint: str, body: bytes, variant: str | None) -> bytes:
        """The answer of this variant, or of any variant, to a JSON body. Raises InvocationFailed.

        Of a larger answer, the first MAX_READ_BYTES + 1 bytes.
        """

    def enqueue(self, endpoint: str, request: S3Url) -> QueuedRequest:
        """Send the JSON at this URL to an asynchronous endpoint."""


class SmokeFailures(Protocol):
    def count(self, configuration: str) -> None:
        """Count one failed smoke request of this endpoint configuration."""


@dataclass(frozen=True, kw_only=True)
class ProverCloud(Cloud):
    invocations: Invocations
    smoke_failures: SmokeFailures
