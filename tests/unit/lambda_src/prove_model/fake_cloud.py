"""The cloud in memory: one endpoint, with a gate before every call where the prover may crash."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from lambda_src.prove_model.answer import Outcome
from lambda_src.prove_model.cloud import (
    Cloud,
    Endpoint,
    InvocationFailed,
    Pending,
    Places,
    Served,
)
from lambda_src.prove_model.deployment import Deployment
from lambda_src.prove_model.endpoint_events import Question
from lambda_src.prove_model.environment import Environment
from lambda_src.prove_model.proof import Proof
from lambda_src.register_model.cloud import Approval, RegisteredVersion
from lambda_src.shared.announcement import Announcement, Event

BUCKET = "bucket"
MODEL = "sentiment"
MEMORY = f"/rollforward/dev/{MODEL}/live"
ASKED = f"/rollforward/dev/{MODEL}/asked-for"
ENDPOINT = f"rollforward-dev-{MODEL}"
ENVIRONMENT = Environment(
    endpoint_name="rollforward-dev-{model}",
    package_group="rollforward-dev-{model}",
    live_parameter="/rollforward/dev/{model}/live",
    asked_parameter="/rollforward/dev/{model}/asked-for",
    requests_prefix="async/{model}/requests/",
    bucket=BUCKET,
    topic="arn:aws:sns:us-east-2:123456789012:rollforward-dev-notifications",
    metrics_namespace="Rollforward",
    smoke_metric="SmokeFailures",
)
V1 = f"registered/{MODEL}/20260131T120000Z-v1-11111111/model.tar.gz"
V2 = f"registered/{MODEL}/20260131T130000Z-v2-22222222/model.tar.gz"
# Endpoint configurations; "v2 larger" serves V2 with other settings.
CONFIGURATIONS = {"v1": V1, "v2": V2, "v2 larger": V2}


def no_wait(_: float) -> None:
    pass


@dataclass
class FakeCloud:
    """All protocols in one; with no status there is no endpoint."""

    status: str | None = "InService"
    live: str = "v1"
    failure_reason: str | None = None
    started: int = 1_583_831_889_050
    modified: datetime = datetime(2026, 1, 31, 14, tzinfo=UTC)
    pending: Pending | None = None
    failures_counted: list[str] = field(default_factory=list)
    asynchronous: bool = False
    variants: tuple[str, ...] = ("primary",)
    configurations: dict[str, str | None] = field(
        default_factory=lambda: {
            name: f"s3://{BUCKET}/{key}" for name, key in CONFIGURATIONS.items()
        }
    )
    recorded: list[RegisteredVersion] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=lambda: {MEMORY: "none", ASKED: "none"})
    announced: list[Announcement] = field(default_factory=list)
    answers: Callable[[bytes], bytes] = lambda body: body
    asked_variants: list[str | None] = field(default_factory=list)
    telling: Callable[[], None] = lambda: None
    gate: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.record(V1)
        self.record(V2)

    def record(self, key: str, approval: Approval = Approval.APPROVED) -> None:
        number = len(self.recorded) + 1
        self.recorded.append(
            RegisteredVersion(f"arn/{number}", number, "", f"s3://{BUCKET}/{key}", approval)
        )

    def decide(self, number: int, approval: Approval) -> None:
        self.recorded[number - 1] = replace(self.recorded[number - 1], approval=approval)

    def roll_back(self, reason: str | None = "The container did not pass its ping.") -> None:
        """SageMaker told that it deploys v2, and rolled back to v1."""
        self.deploy("v2", replaced="v1")
        self.live, self.failure_reason = "v1", reason
        self.modified += timedelta(minutes=10)

    def deploy(self, configuration: str, replaced: str) -> Deployment:
        """As the prover remembers it, once SageMaker has told."""
        self.started += 1
        deployment = Deployment(configuration, replaced, self.started)
        self.values[ASKED] = str(deployment)
        return deployment

    @property
    def asked_for(self) -> str | None:
        known = Deployment.parse(self.values[ASKED])
        return known.configuration if known else None

    def bring_smoke(self, key: str, text: str) -> None:
        self.stored[key.replace("model.tar.gz", "smoke.json")] = text.encode()

    def connect(self) -> Cloud:
        return Cloud(
            endpoints=FakeEndpoints(self),
            registry=FakeRegistry(self),
            objects=FakeObjects(self),
            parameters=FakeParameters(self),
            announcer=FakeAnnouncer(self),
            metrics=FakeMetrics(self),
        )

    def prove(
        self,
        *,
        by_a_person: bool = False,
        deployment: Deployment | None = None,
        sleep: Callable[[float], None] = no_wait,
    ) -> Outcome:
        question = Question(MODEL, by_a_person, deployment)
        return Proof(self.connect(), ENVIRONMENT, question, sleep).run()

    @property
    def rejected(self) -> list[int]:
        return [one.number for one in self.recorded if one.approval == Approval.REJECTED]

    @property
    def told(self) -> list[Event]:
        return [one.event for one in self.announced]


@dataclass(frozen=True)
class FakeEndpoints:
    fake: FakeCloud

    def find(self, name: str) -> Endpoint | None:
        self.fake.gate()
        fake = self.fake
        if fake.status is None or name != ENDPOINT:
            return None
        return Endpoint(fake.status, fake.live, fake.failure_reason, fake.modified, fake.pending)

    def served(self, configuration: str) -> Served | None:
        self.fake.gate()
        fake = self.fake
        if configuration not in fake.configurations:
            return None
        first, *others = fake.variants
        return Served(fake.configurations[configuration], first, not others, fake.asynchronous)

    def invoke(self, name: str, body: bytes, variant: str | None) -> bytes:
        self.fake.gate()
        assert not self.fake.asynchronous, "AWS refuses it"
        self.fake.asked_variants.append(variant)
        return self.fake.answers(body)

    def enqueue(self, name: str, request: str) -> Places:
        """Answered at once, or never if the fake's answer is empty."""
        self.fake.gate()
        assert self.fake.asynchronous, "AWS refuses it"
        stored = self.fake.stored
        answer, failure = f"async/{MODEL}/answers/1.out", f"async/{MODEL}/failures/1-error.out"
        try:
            if said := self.fake.answers(stored[request.removeprefix(f"s3://{BUCKET}/")]):
                stored[answer] = said
        except InvocationFailed as failed:
            stored[failure] = str(failed).encode()
        return Places(f"s3://{BUCKET}/{answer}", f"s3://{BUCKET}/{failure}")


@dataclass(frozen=True)
class FakeRegistry:
    fake: FakeCloud

    def versions(self, group: str) -> Sequence[RegisteredVersion]:
        self.fake.gate()
        return list(self.fake.recorded) if group == f"rollforward-dev-{MODEL}" else []

    def reject(self, arn: str, reason: str) -> None:
        self.fake.gate()
        number = int(arn.removeprefix("arn/"))
        self.fake.decide(number, Approval.REJECTED)
        self.fake.reasons[number] = reason


@dataclass(frozen=True)
class FakeObjects:
    fake: FakeCloud

    def read(self, bucket: str, key: str) -> bytes | None:
        self.fake.gate()
        return self.fake.stored.get(key) if bucket == BUCKET else None

    def write(self, bucket: str, key: str, content: bytes) -> None:
        self.fake.gate()
        assert (bucket, key.rpartition("/")[0]) == (BUCKET, f"async/{MODEL}/requests")
        self.fake.stored[key] = content


@dataclass(frozen=True)
class FakeParameters:
    fake: FakeCloud

    def read(self, name: str) -> str | None:
        self.fake.gate()
        return self.fake.values.get(name)

    def write(self, name: str, value: str) -> None:
        self.fake.gate()
        assert name in self.fake.values, f"{name} is Terraform's to create"
        if re.search(r"\{\{.*\}\}", value):
            raise ValueError("Parameter value can't nest another parameter.")
        self.fake.values[name] = value


@dataclass(frozen=True)
class FakeAnnouncer:
    fake: FakeCloud

    def announce(self, announcement: Announcement) -> None:
        self.fake.gate()
        self.fake.announced.append(announcement)
        self.fake.telling()


@dataclass(frozen=True)
class FakeMetrics:
    fake: FakeCloud

    def count_failure(self, configuration: str) -> None:
        self.fake.gate()
        self.fake.failures_counted.append(configuration)
