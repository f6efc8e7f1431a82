"""One SageMaker endpoint in memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambda_src.prove_model.cloud import InvocationFailed, QueuedRequest
from lambda_src.shared.endpoints import Endpoint, PrimaryVariant
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.fakes.objects import BUCKET

if TYPE_CHECKING:
    from tests.unit.lambda_src.fakes.cloud import FakeCloud

MODEL = "sentiment"
ENDPOINT = f"rollforward-dev-{MODEL}"


@dataclass(frozen=True)
class FakeEndpoints:
    fake: "FakeCloud"

    def find(self, name: str) -> Endpoint | None:
        self.fake.gate()
        fake = self.fake
        if fake.status is None or name != ENDPOINT:
            return None
        return Endpoint(fake.status, fake.live, fake.failure_reason, fake.modified, fake.pending)

    def primary_variant(self, configuration: str) -> PrimaryVariant | None:
        self.fake.gate()
        fake = self.fake
        if configuration not in fake.configurations:
            return None
        key = fake.configurations[configuration]
        first, *others = fake.variants
        return PrimaryVariant(
            first, S3Url(BUCKET, key) if key else None, not others, fake.asynchronous
        )


@dataclass(frozen=True)
class FakeInvocations:
    fake: "FakeCloud"

    def invoke(self, endpoint: str, body: bytes, variant: str | None) -> bytes:
        self.fake.gate()
        assert not self.fake.asynchronous, "AWS refuses it"
        self.fake.invoked_variants.append(variant)
        return self.fake.answers(body)

    def enqueue(self, endpoint: str, request: S3Url) -> QueuedRequest:
        """Answers at once, or never if the model's answer is empty."""
        self.fake.gate()
        assert self.fake.asynchronous, "AWS refuses it"
        answer, failure = f"async/{MODEL}/answers/1.out", f"async/{MODEL}/failures/1-error.out"
        try:
            if text := self.fake.answers(self.fake.bytes_of(request.key)):
                self.fake.put(answer, text)
        except InvocationFailed as failed:
            self.fake.put(failure, str(failed).encode())
        return QueuedRequest(S3Url(BUCKET, answer), S3Url(BUCKET, failure))


@dataclass(frozen=True)
class FakeSmokeFailures:
    fake: "FakeCloud"

    def count(self, configuration: str) -> None:
        self.fake.gate()
        self.fake.failures_counted.append(configuration)
