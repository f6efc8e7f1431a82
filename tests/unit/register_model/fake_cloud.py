"""The cloud in memory, with a gate before every call where another registrar may take its turn."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from lambda_src.register_model.cloud import (
    Cloud,
    NewVersion,
    ObjectGone,
    ObjectVersion,
    Readable,
    RegisteredVersion,
)
from lambda_src.register_model.environment import Environment
from lambda_src.register_model.events import Notice

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
    bucket=BUCKET,
)


@dataclass(frozen=True)
class Stored:
    version_id: str
    modified: datetime
    data: bytes


@dataclass
class FakeCloud:
    """All three protocols in one; S3 keeps time by the second, as the real one does."""

    keep_versions: int = 5
    gate: Callable[[], None] = lambda: None
    now: datetime = datetime(2026, 1, 31, 12, tzinfo=UTC)
    stored: dict[str, list[Stored]] = field(default_factory=dict)
    recorded: dict[str, list[NewVersion]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    writes: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.values |= {POINTER: "none", RECENT: "none"}
        self.configure(self.keep_versions)

    def configure(self, keep_versions: int) -> None:
        settings = {"image": IMAGE, "keep_versions": keep_versions}
        self.values[SETTINGS] = json.dumps(settings)

    def connect(self) -> Cloud:
        return Cloud(
            objects=FakeObjects(self), registry=FakeRegistry(self), parameters=FakeParameters(self)
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
            RegisteredVersion(version.model_data, version.approval)
            for version in self.fake.recorded.get(group, [])
        ]

    def record(self, group: str, version: NewVersion) -> None:
        self.fake.gate()
        versions = self.fake.recorded.setdefault(group, [])
        if all(other.token != version.token for other in versions):
            versions.append(version)


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
