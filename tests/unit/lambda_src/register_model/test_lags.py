"""Reads may be stale and listings may lag: the pointer ends where the registry says, all the same."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_src.prove_model.cloud import ProverCloud
from lambda_src.register_model.events import PackageChange
from lambda_src.register_model.registration import Registrar
from lambda_src.shared.announcement import Event
from lambda_src.shared.registry import Approval, RegisteredVersion
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.parameters import FakeParameters
from tests.unit.lambda_src.fakes.registry import FakeRegistry
from tests.unit.lambda_src.register_model import test_convergence as convergence
from tests.unit.lambda_src.register_model import test_decisions as decisions
from tests.unit.lambda_src.register_model.fake_deliveries import (
    NAMES,
    POINTER,
    FakeDeliveries,
)
from tests.unit.lambda_src.shared.archives import sound_archive


@dataclass
class LaggingCloud(FakeDeliveries):
    """Whoever connects sees parameters as they were then, until it waits a moment.

    The registry lists no more versions (`listed`) until anybody waits.
    """

    listed: int = 0

    def connect(self) -> ProverCloud:
        parameters = StaleParameters(self)

        def sleep(_: float) -> None:
            self.gate()
            parameters.catch_up()
            self.listed = len(self.versions)

        registry = LaggingRegistry(self)
        return replace(super().connect(), registry=registry, parameters=parameters, sleep=sleep)


@dataclass(frozen=True)
class StaleParameters(FakeParameters):
    seen: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.catch_up()

    def catch_up(self) -> None:
        self.seen.update(self.fake.values)

    def read(self, name: str) -> str | None:
        self.fake.gate()
        return self.seen.get(name)

    def write(self, name: str, value: str) -> None:
        super().write(name, value)
        # As SsmParameters: nobody reads what is older than one's own write.
        self.seen[name] = value


class LaggingRegistry(FakeRegistry):
    def versions(self, group: str) -> Sequence[RegisteredVersion]:
        lagging = self.fake
        assert isinstance(lagging, LaggingCloud)
        return super().versions(group)[: lagging.listed]


@settings(max_examples=200)
@given(st.lists(convergence.plans, min_size=1, max_size=6), convergence.schedules)
def test_the_pointer_ends_at_the_newest_version_though_reads_are_stale(
    planned: list[convergence.Planned], schedule: bytes
) -> None:
    story = convergence.Story(planned, LaggingCloud)
    story.interleaving.run(schedule)
    keys = [key for key, _ in story.newest_first()]
    assert story.cloud.values[POINTER] == (keys[0] if keys else "none")


@settings(max_examples=300)
@given(
    decisions.gates,
    st.lists(decisions.deliveries, max_size=4),
    st.lists(decisions.decisions, max_size=4),
    decisions.schedules,
)
def test_the_pointer_ends_at_the_newest_approved_version_though_reads_are_stale(
    approve: str,
    delivered: list[decisions.Delivered],
    decided: list[decisions.Decision],
    schedule: bytes,
) -> None:
    story = decisions.Story(approve, delivered, decided, LaggingCloud)
    story.interleaving.run(schedule)
    assert story.cloud.values[POINTER] == story.newest_approved()


def test_a_rejection_gives_the_pointer_back_though_the_read_shows_that_it_is_back() -> None:
    cloud = LaggingCloud()
    archives = [sound_archive(name) for name in ("v1", "v2")]
    first, second = (
        cloud.deliver(f"models/{MODEL}/v{number}/model.tar.gz", archive)
        for number, archive in enumerate(archives, start=1)
    )
    Registrar(cloud.connect(), NAMES).register(first)
    before = cloud.values[POINTER]
    seeing_the_first = Registrar(cloud.connect(), NAMES)
    Registrar(cloud.connect(), NAMES).register(second)
    assert cloud.values[POINTER] != before
    seeing_the_first.choose_again(cloud.decide(2, Approval.REJECTED))
    assert cloud.values[POINTER] == before


def test_a_new_version_is_announced_though_it_is_listed_late() -> None:
    cloud = LaggingCloud(approve="manual")
    recorded: list[PackageChange] = []
    cloud.on_recorded = recorded.append
    notice = cloud.deliver(f"models/{MODEL}/v1/model.tar.gz", sound_archive("v1"))
    Registrar(cloud.connect(), NAMES).register(notice)
    cloud.listed = 0
    Registrar(cloud.connect(), NAMES).choose_again(recorded[0])
    assert [told.event for told in cloud.announced] == [Event.WAITING]
