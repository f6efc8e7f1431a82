"""Verdicts change while registrars are at work: the pointer ends where the registry says."""

import json
from dataclasses import dataclass
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_src.register_model.events import PackageChange
from lambda_src.register_model.registration import Registrar
from lambda_src.shared.registry import Approval
from lambda_src.shared.s3_url import S3Url
from tests.unit.lambda_src.fakes.cloud import GROUP
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.objects import BUCKET
from tests.unit.lambda_src.register_model.fake_deliveries import (
    NAMES,
    POINTER,
    FakeDeliveries,
)
from tests.unit.lambda_src.register_model.interleaving import Interleaving
from tests.unit.lambda_src.shared.archives import sound_archive

RULES = [{"metric": "f1", "floor": 0.5}]
METRICS = {"good": b'{"f1": 0.9}', "bad": b'{"f1": 0.1}', "malformed": b"{"}


@dataclass(frozen=True)
class Delivered:
    """`files` in the order of their uploads; `events` is how often S3 tells of each."""

    files: tuple[str, ...]
    events: int


@dataclass(frozen=True)
class Decision:
    """Of the `position`-th version there is by then, or of the registered one, which was rolled back."""

    position: int | None
    approval: Approval
    events: int


deliveries = st.builds(
    Delivered,
    files=st.lists(st.sampled_from(["archive", *METRICS]), max_size=3, unique=True).map(
        lambda files: tuple(files if "archive" in files else [*files, "archive"])
    ),
    events=st.integers(1, 2),
)
decisions = st.builds(
    Decision,
    position=st.integers(0, 5),
    approval=st.sampled_from([Approval.APPROVED, Approval.REJECTED]),
    events=st.integers(1, 2),
) | st.builds(
    Decision,
    position=st.none(),
    approval=st.just(Approval.REJECTED),
    events=st.integers(1, 2),
)
gates = st.sampled_from(["automatic", "manual", "better"])
schedules = st.binary(min_size=100, max_size=100)


class Story:
    def __init__(
        self,
        approve: str,
        delivered: list[Delivered],
        decided: list[Decision],
        cloud: type[FakeDeliveries] = FakeDeliveries,
    ) -> None:
        self.interleaving = Interleaving()
        self.cloud = cloud(
            approve=approve,
            rules=RULES if approve == "better" else [],
            gate=self.interleaving.gate,
            on_recorded=lambda change: self.tell(change, times=1),
        )
        for number, one in enumerate(delivered):
            self.interleaving.add(partial(self.deliver, number, one))
        for decision in decided:
            self.interleaving.add(partial(self.decide, decision))

    def deliver(self, number: int, delivered: Delivered) -> None:
        for file in delivered.files:
            is_archive = file == "archive"
            data = sound_archive(str(number)) if is_archive else METRICS[file]
            name = "model.tar.gz" if is_archive else "metrics.json"
            notice = self.cloud.deliver(f"models/{MODEL}/v{number}/{name}", data)
            registrar = Registrar(self.cloud.connect(), NAMES)
            for _ in range(delivered.events):
                self.interleaving.add(partial(registrar.register, notice))

    def decide(self, decision: Decision) -> None:
        self.cloud.gate()
        if decision.position is not None and self.cloud.versions:
            number = decision.position % len(self.cloud.versions) + 1
            self.tell(self.cloud.decide(number, decision.approval), decision.events)
        if decision.position is None and (key := self.cloud.values[POINTER]) != "none":
            for number, version in enumerate(self.cloud.versions, start=1):
                if version.model_data == S3Url(BUCKET, key):
                    change = self.cloud.decide(number, Approval.REJECTED)
                    self.tell(change, decision.events)

    def tell(self, change: PackageChange, times: int) -> None:
        registrar = Registrar(self.cloud.connect(), NAMES)
        for _ in range(times):
            self.interleaving.add(partial(registrar.choose_again, change))

    def newest_approved(self) -> str:
        """Deliveries are a second apart, and so their keys sort by their age."""
        approvals: dict[str, set[Approval]] = {}
        for version in self.cloud.versions:
            key = version.model_data.key if version.model_data else ""
            approvals.setdefault(key, set()).add(version.approval)
        approved = [
            key
            for key, found in approvals.items()
            if Approval.APPROVED in found and Approval.REJECTED not in found
        ]
        return max(approved, default="none")


@settings(max_examples=300)
@given(gates, st.lists(deliveries, max_size=4), st.lists(decisions, max_size=4), schedules)
def test_the_pointer_ends_at_the_newest_version_that_is_approved(
    approve: str, delivered: list[Delivered], decided: list[Decision], schedule: bytes
) -> None:
    story = Story(approve, delivered, decided)
    story.interleaving.run(schedule)
    assert story.cloud.values[POINTER] == story.newest_approved()


@settings(max_examples=200)
@given(gates, st.lists(deliveries, max_size=4), schedules)
def test_undisturbed_the_gate_alone_decides(
    approve: str, delivered: list[Delivered], schedule: bytes
) -> None:
    story = Story(approve, delivered, [])
    story.interleaving.run(schedule)
    passing = [
        number
        for number, one in enumerate(delivered)
        if approve == "automatic" or (approve == "better" and _first_sound(one.files) == "good")
    ]
    registered = story.cloud.values[POINTER]
    labels = {registered.split("Z-v")[1][0] for _ in [registered] if registered != "none"}
    assert labels <= {str(number) for number in passing}
    assert bool(labels) is bool(passing)


@settings(max_examples=200)
@given(gates, st.lists(deliveries, max_size=4), st.lists(decisions, max_size=3), schedules)
def test_no_version_and_no_metrics_are_lost(
    approve: str, delivered: list[Delivered], decided: list[Decision], schedule: bytes
) -> None:
    story = Story(approve, delivered, decided)
    story.interleaving.run(schedule)
    for number, one in enumerate(delivered):
        mine = [v for v in story.cloud.versions if v.metadata["delivery_version"] == f"v{number}"]
        assert len({version.model_data for version in mine}) == 1
        with_metrics = [version for version in mine if version.metrics]
        if sound := _first_sound(one.files):
            # At once, two registrars may come to different verdicts; but of the same metrics.
            assert with_metrics
            assert {v.metadata["metrics.f1"] for v in with_metrics} == {
                str(json.loads(METRICS[sound])["f1"])
            }
        else:
            assert with_metrics == []


@settings(max_examples=100)
@given(st.lists(deliveries, min_size=1, max_size=4), schedules)
def test_whatever_becomes_registered_was_announced_before(
    delivered: list[Delivered], schedule: bytes
) -> None:
    story = Story("automatic", delivered, [])
    story.interleaving.run(schedule)
    announced = {one.key for one in story.cloud.announced if one.event == "registered"}
    pointed = {value for name, value in story.cloud.writes if name == POINTER}
    assert pointed <= announced


@settings(max_examples=100)
@given(
    st.sampled_from(["manual", "better"]), st.lists(deliveries, min_size=1, max_size=4), schedules
)
def test_every_version_that_waits_or_is_refused_is_announced(
    approve: str, delivered: list[Delivered], schedule: bytes
) -> None:
    story = Story(approve, delivered, [])
    story.interleaving.run(schedule)
    events = {Approval.PENDING: "waiting for approval", Approval.REJECTED: "refused"}
    told = {(one.version, one.event) for one in story.cloud.announced}
    for number, version in enumerate(story.cloud.recorded[GROUP], start=1):
        if version.approval in events:
            assert (number, events[version.approval]) in told


def _first_sound(files: tuple[str, ...]) -> str | None:
    """Which metrics belong: before the archive the newest sound ones, else the first sound ones after it."""
    at = files.index("archive")
    before = [file for file in files[:at] if file in ("good", "bad")]
    after = [file for file in files[at:] if file in ("good", "bad")]
    return before[-1] if before else after[0] if after else None
