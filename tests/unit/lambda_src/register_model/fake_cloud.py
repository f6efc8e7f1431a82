"""The cloud in memory, with a gate before every call where another registrar may take its turn."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from lambda_src.register_model.cloud import (
    Approval,
    Cloud,
    NewVersion,
    ObjectGone,
    ObjectVersion,
    Readable,
    RegisteredVersion,
)
from lambda_src.register_model.environment import Environment
from lambda_src.register_model.events import Notice, PackageChange
from lambda_src.shared.announcement import Announcement

BUCKET = "bucket"
MODEL = "sentiment"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/serve:1"
POINTER = f"/rollforward/dev/{MODEL}/registered"
RECENT = f"/rollforward/dev/{MODEL}/recent"
SETTINGS = f"/rollforward/dev/{MODEL}/settings"
GROUP = f"rollforward-dev-{MODEL}"
ENVIRONMENT = Environment(
    pointer_parameter="/rollforward/dev/{model}/registered",
    recent_parameter="/rollforward/dev/{model}/recent",
    settings_parameter="/rollforward/dev/{model}/settings",
    package_group="rollforward-dev-{model}",
    endpoint_name="rollforward-dev-{model}",
    bucket=BUCKET,
    topic="arn:aws:sns:eu-west-1:123456789012:notifications",
)


class TokenOfAnother(Exception):
    """The token came before, with other parameters: AWS may refuse that, or not do what is asked."""


@dataclass(frozen=True)
class Stored:
    version_id: str
    modified: datetime
    data: bytes


@dataclass
class FakeCloud:
    """All protocols in one; S3 keeps time by the second, as the real one does.

    `live` is the key that the endpoint serves, `announced` what subscribers were told.
    """

    keep_versions: int = 5
    approve: str = "automatic"
    rules: list[dict[str, Any]] = field(default_factory=list)
    gate: Callable[[], None] = lambda: None
    now: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC)
    stored: dict[str, list[Stored]] = field(default_factory=dict)
    recorded: dict[str, list[NewVersion]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)
    created: dict[str, list[NewVersion]] = field(default_factory=dict)
    live: str | None = None
    announced: list[Announcement] = field(default_factory=list)
    recording: Callable[[PackageChange], None] = lambda _: None

    def __post_init__(self) -> None:
        self.values |= {POINTER: "none", RECENT: "none"}
        self.configure(self.keep_versions)

    def configure(self, keep_versions: int) -> None:
        settings = {
            "image": IMAGE,
            "keep_versions": keep_versions,
            "approve": self.approve,
            "rules": self.rules,
        }
        self.values[SETTINGS] = json.dumps(settings)

    def connect(self) -> Cloud:
        return Cloud(
            objects=FakeObjects(self),
            registry=FakeRegistry(self),
            endpoints=FakeEndpoints(self),
            parameters=FakeParameters(self),
            announcer=FakeAnnouncer(self),
            pause=lambda _: self.gate(),
        )

    def deliver(self, key: str, data: bytes, seconds_later: int = 1) -> Notice:
        self.now += timedelta(seconds=seconds_later)
        return Notice(BUCKET, key, self.put(key, data))

    def put(self, key: str, data: bytes) -> str:
        versions = self.stored.setdefault(key, [])
        versions.append(Stored(f"{key}#{len(versions)}", self.now, data))
        return versions[-1].version_id

    def bytes_of(self, key: str) -> bytes:
        return self.stored[key][-1].data

    def decide(self, position: int, approval: Approval) -> PackageChange:
        """Somebody changes the verdict of a version."""
        versions = self.recorded[GROUP]
        number = position % len(versions) + 1
        versions[number - 1] = replace(versions[number - 1], approval=approval)
        return PackageChange(GROUP, f"{GROUP}/{number}", new=False)

    @property
    def versions(self) -> list[NewVersion]:
        return self.recorded.get(GROUP, [])


@dataclass(frozen=True)
class FakeObjects:
    fake: FakeCloud

    def versions(self, bucket: str, key: str) -> Sequence[ObjectVersion]:
        self.fake.gate()
        newest_first = self.fake.stored.get(key, [])[::-1]
        return [
            ObjectVersion(stored.version_id, stored.modified, len(stored.data), position == 0)
            for position, stored in enumerate(newest_first)
        ]

    def read(self, bucket: str, key: str) -> bytes | None:
        self.fake.gate()
        return self.fake.bytes_of(key) if key in self.fake.stored else None

    def write(self, bucket: str, key: str, content: bytes) -> None:
        self.fake.gate()
        self.fake.put(key, content)

    def open(self, bucket: str, key: str, version_id: str) -> Readable:
        self.fake.gate()
        return io.BytesIO(self._data(key, version_id))

    def copy(self, bucket: str, key: str, version_id: str, to: str) -> None:
        self.fake.gate()
        self.fake.put(to, self._data(key, version_id))

    def _data(self, key: str, version_id: str) -> bytes:
        for stored in self.fake.stored.get(key, []):
            if stored.version_id == version_id:
                return stored.data
        raise ObjectGone(key)


@dataclass(frozen=True)
class FakeRegistry:
    fake: FakeCloud

    def versions(self, group: str) -> Sequence[RegisteredVersion]:
        self.fake.gate()
        return [
            RegisteredVersion(
                f"{group}/{number}",
                number,
                version.description,
                version.model_data,
                version.approval,
            )
            for number, version in enumerate(self.fake.recorded.get(group, []), start=1)
        ]

    def metadata(self, arn: str) -> Mapping[str, str]:
        self.fake.gate()
        group, _, number = arn.rpartition("/")
        return self.fake.recorded[group][int(number) - 1].metadata

    def record(self, group: str, version: NewVersion) -> str:
        self.fake.gate()
        versions = self.fake.recorded.setdefault(group, [])
        created = self.fake.created.setdefault(group, [])
        tokens = [other.token for other in created]
        if version.token in tokens:
            if version != created[tokens.index(version.token)]:
                raise TokenOfAnother(version.token)
            return f"{group}/{tokens.index(version.token) + 1}"
        versions.append(version)
        created.append(version)
        arn = f"{group}/{len(versions)}"
        self.fake.recording(PackageChange(group, arn, new=True))
        return arn


@dataclass(frozen=True)
class FakeEndpoints:
    fake: FakeCloud

    def live_model_data(self, endpoint: str) -> str | None:
        self.fake.gate()
        return f"s3://{BUCKET}/{self.fake.live}" if self.fake.live else None


@dataclass(frozen=True)
class FakeAnnouncer:
    fake: FakeCloud

    def announce(self, announcement: Announcement) -> None:
        self.fake.gate()
        self.fake.announced.append(announcement)


@dataclass(frozen=True)
class FakeParameters:
    fake: FakeCloud

    def read(self, name: str) -> str | None:
        self.fake.gate()
        return self.fake.values.get(name)

    def write(self, name: str, value: str) -> None:
        self.fake.gate()
        assert name in self.fake.values, f"{name} is Terraform's to create"
        self.fake.values[name] = value
        self.fake.writes.append((name, value))
