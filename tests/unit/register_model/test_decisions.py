"""People approve and reject while registrars are at work: the pointer ends where the registry says."""

from dataclasses import dataclass, replace
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_src.register_model.cloud import Approval
from lambda_src.register_model.registration import Registrar
from tests.unit.register_model.archives import sound_archive
from tests.unit.register_model.fake_cloud import (
    BUCKET,
    ENVIRONMENT,
    GROUP,
    MODEL,
    POINTER,
    FakeCloud,
)
from tests.unit.register_model.interleaving import Interleaving


@dataclass(frozen=True)
class Decision:
    """Of the `position`-th version there is by then; EventBridge brings word `events` times."""

    position: int
    approval: Approval
    events: int


decisions = st.builds(
    Decision,
    position=st.integers(0, 5),
    approval=st.sampled_from([Approval.APPROVED, Approval.REJECTED]),
    events=st.integers(1, 2),
)
schedules = st.binary(min_size=100, max_size=100)


class Story:
    def __init__(self, deliveries: int, decided: list[Decision]) -> None:
        self.interleaving = Interleaving()
        self.cloud = FakeCloud(gate=self.interleaving.gate)
        for number in range(deliveries):
            key = f"models/{MODEL}/v{number}/model.tar.gz"
            notice = self.cloud.deliver(key, sound_archive(str(number)))
            self.interleaving.add(partial(self.registrar.register, notice))
        for decision in decided:
            self.interleaving.add(partial(self.decide, decision))

    @property
    def registrar(self) -> Registrar:
        return Registrar(self.cloud.connect(), ENVIRONMENT)

    def decide(self, decision: Decision) -> None:
        self.cloud.gate()
        versions = self.cloud.recorded.get(GROUP, [])
        if not versions:
            return
        position = decision.position % len(versions)
        versions[position] = replace(versions[position], approval=decision.approval)
        for _ in range(decision.events):
            self.interleaving.add(partial(self.registrar.choose_anew, GROUP))

    def newest_approved(self) -> str:
        """Deliveries are a second apart, and so their keys sort by their age."""
        prefix = f"s3://{BUCKET}/"
        keys = [
            str(version.model_data).removeprefix(prefix)
            for version in self.cloud.versions
            if version.approval == Approval.APPROVED
        ]
        return max(keys, default="none")


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 5), st.lists(decisions, max_size=5), schedules)
def test_the_pointer_ends_at_the_newest_version_that_is_approved(
    deliveries: int, decided: list[Decision], schedule: bytes
) -> None:
    story = Story(deliveries, decided)
    story.interleaving.run(schedule)
    assert story.cloud.values[POINTER] == story.newest_approved()
    assert len(story.cloud.versions) == deliveries, "no version is lost"
