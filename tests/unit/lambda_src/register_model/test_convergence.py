"""Whatever the order of events and however registrars interleave, the end state is the same."""

from dataclasses import dataclass
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_src.register_model.registration import Registrar
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.register_model.fake_deliveries import (
    NAMES,
    POINTER,
    RECENT,
    FakeDeliveries,
)
from tests.unit.lambda_src.register_model.interleaving import Interleaving
from tests.unit.lambda_src.shared.archives import archive_without_a_model, sound_archive

KEEP = 3


@dataclass(frozen=True)
class Planned:
    """A delivery to be made: `version` may be used again, which overwrites it."""

    version: str
    sound: bool
    seconds_later: int
    events: int


@dataclass(frozen=True)
class Made:
    """A delivery as S3 stored it: the order is what this test, not the code, says it is."""

    second: str
    nth_of_key_in_second: int
    version_id: str
    sound: bool
    data: bytes


plans = st.builds(
    Planned,
    version=st.sampled_from(["v1", "v2", "v 3+ü"]),
    sound=st.sampled_from([True, True, False]),
    seconds_later=st.sampled_from([0, 0, 1]),
    events=st.integers(1, 3),
)
schedules = st.binary(min_size=100, max_size=100)


class Story:
    """Deliveries are made while registrars of earlier ones are still at work."""

    def __init__(
        self, planned: list[Planned], cloud: type[FakeDeliveries] = FakeDeliveries
    ) -> None:
        self.interleaving = Interleaving()
        self.cloud = cloud(keep_versions=KEEP, gate=self.interleaving.gate)
        self.made: list[Made] = []
        for number, plan in enumerate(planned):
            self.interleaving.add(partial(self._deliver, number, plan))

    def _deliver(self, number: int, planned: Planned) -> None:
        data = (sound_archive if planned.sound else archive_without_a_model)(str(number))
        key = f"models/{MODEL}/{planned.version}/model.tar.gz"
        notice = self.cloud.deliver(key, data, planned.seconds_later)
        second = f"{self.cloud.now:%Y%m%dT%H%M%SZ}"
        nth = sum(stored.modified == self.cloud.now for stored in self.cloud.stored[key])
        self.made.append(Made(second, nth, str(notice.version_id), planned.sound, data))
        registrar = Registrar(self.cloud.connect(), NAMES)
        for _ in range(planned.events):
            self.interleaving.add(partial(registrar.register, notice))

    def newest_first(self) -> list[tuple[str, bytes]]:
        """The pinned keys that must exist, in order, each with the bytes that it must hold."""
        by_id = {v.metadata["delivery_version_id"]: v for v in self.cloud.versions}
        found = []
        for made in self.made:
            if made.sound:
                url = by_id[made.version_id].model_data
                assert url
                key = url.key
                name = key.split("Z", 1)[1].split("-", 1)[1]
                found.append(((made.second, made.nth_of_key_in_second, name), key, made.data))
        return [(key, data) for _, key, data in sorted(found, reverse=True)]


@settings(max_examples=300)
@given(st.lists(plans, min_size=1, max_size=6), schedules)
def test_the_pointer_ends_at_the_newest_approved_version(
    planned: list[Planned], schedule: bytes
) -> None:
    story = Story(planned)
    story.interleaving.run(schedule)

    expected = story.newest_first()
    keys = [key for key, _ in expected]
    assert story.cloud.values[POINTER] == (keys[0] if keys else "none")
    assert story.cloud.values[RECENT] == (",".join(keys[:KEEP]) or "none")
    for key, data in expected:
        assert {copy.data for copy in story.cloud.stored[key]} == {data}


@settings(max_examples=100)
@given(st.lists(plans, min_size=1, max_size=5), schedules)
def test_every_delivery_is_recorded_once_with_its_verdict(
    planned: list[Planned], schedule: bytes
) -> None:
    story = Story(planned)
    story.interleaving.run(schedule)

    verdicts = sorted((v.metadata["delivery_version_id"], v.approval) for v in story.cloud.versions)
    assert verdicts == sorted(
        (made.version_id, Approval.APPROVED if made.sound else Approval.REJECTED)
        for made in story.made
    )
