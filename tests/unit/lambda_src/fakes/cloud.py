"""The AWS services that the functions call, in memory, with a gate before every call.

At a gate, a test can crash the function or let another function run.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from lambda_src.prove_model.cloud import ProverCloud
from lambda_src.register_model.events import PackageChange
from lambda_src.shared.announcement import Announcement
from lambda_src.shared.endpoints import PendingDeployment
from lambda_src.shared.registry import Approval, NewVersion
from tests.unit.lambda_src.fakes.endpoints import (
    MODEL,
    FakeEndpoints,
    FakeInvocations,
    FakeSmokeFailures,
)
from tests.unit.lambda_src.fakes.objects import FakeObjects, Stored
from tests.unit.lambda_src.fakes.parameters import FakeParameters
from tests.unit.lambda_src.fakes.registry import FakeRegistry

GROUP = f"rollforward-dev-{MODEL}"


def no_wait(_: float) -> None:
    pass


@dataclass
class FakeCloud:
    """Without a `status`, there is no endpoint; `live` is the name of its configuration.

    `configurations` holds the key that each configuration serves, by its name; `reasons` holds why each
    version was rejected, by its number.
    """

    gate: Callable[[], None] = lambda: None
    now: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC)
    stored: dict[str, list[Stored]] = field(default_factory=dict)

    recorded: dict[str, list[NewVersion]] = field(default_factory=dict)
    created: dict[str, list[NewVersion]] = field(default_factory=dict)
    reasons: dict[int, str] = field(default_factory=dict)
    on_recorded: Callable[[PackageChange], None] = lambda _: None

    values: dict[str, str] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)

    announced: list[Announcement] = field(default_factory=list)
    on_announced: Callable[[], None] = lambda: None

    status: str | None = None
    live: str = ""
    failure_reason: str | None = None
    modified: datetime = datetime(2026, 1, 31, 14, tzinfo=UTC)
    pending: PendingDeployment | None = None
    configurations: dict[str, str | None] = field(default_factory=dict)
    variants: tuple[str, ...] = ("primary",)
    asynchronous: bool = False
    answers: Callable[[bytes], bytes] = lambda body: body
    invoked_variants: list[str | None] = field(default_factory=list)
    failures_counted: list[str] = field(default_factory=list)

    def connect(self) -> ProverCloud:
        return ProverCloud(
            objects=FakeObjects(self),
            registry=FakeRegistry(self),
            endpoints=FakeEndpoints(self),
            parameters=FakeParameters(self),
            announcer=FakeAnnouncer(self),
            invocations=FakeInvocations(self),
            smoke_failures=FakeSmokeFailures(self),
            sleep=lambda _: self.gate(),
        )

    def put(self, key: str, data: bytes) -> str:
        """Store an object; return its version ID."""
        versions = self.stored.setdefault(key, [])
        versions.append(Stored(f"{key}#{len(versions)}", self.now, data))
        return versions[-1].version_id

    def bytes_of(self, key: str) -> bytes:
        return self.stored[key][-1].data

    def serve(self, key: str) -> None:
        """The endpoint serves this key."""
        self.configurations[key] = key
        self.status, self.live = "InService", key

    def decide(self, number: int, approval: Approval) -> PackageChange:
        """A person changes the approval status of a version."""
        versions = self.recorded[GROUP]
        versions[number - 1] = replace(versions[number - 1], approval=approval)
        return PackageChange(GROUP, f"{GROUP}/{number}", new=False)

    @property
    def versions(self) -> list[NewVersion]:
        return self.recorded.get(GROUP, [])


@dataclass(frozen=True)
class FakeAnnouncer:
    fake: FakeCloud

    def announce(self, announcement: Announcement) -> None:
        self.fake.gate()
        self.fake.announced.append(announcement)
        self.fake.on_announced()
