"""What is live changes while a delivery is judged, registrars crash, and Lambda calls them again."""

import json
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from lambda_src.register_model.choice import choose, pinned_versions
from lambda_src.register_model.registration import Registrar
from lambda_src.shared.registry import Approval
from tests.unit.lambda_src.fakes.cloud import GROUP
from tests.unit.lambda_src.fakes.endpoints import MODEL
from tests.unit.lambda_src.fakes.objects import BUCKET
from tests.unit.lambda_src.register_model.fake_deliveries import (
    NAMES,
    POINTER,
    FakeDeliveries,
)
from tests.unit.lambda_src.register_model.interleaving import Interleaving
from tests.unit.lambda_src.shared.archives import archive_without_a_model, sound_archive


class Site:
    """Two versions that were live, and a gate that compares new ones with what is live."""

    def __init__(self) -> None:
        self.interleaving = Interleaving()
        rules = [{"metric": "f1", "direction": "higher"}]
        self.cloud = FakeDeliveries(approve="better", rules=rules, gate=self.interleaving.gate)
        self.registrar = Registrar(self.cloud.connect(), NAMES)
        self.live = [self._registered("v1", 0.5), self._registered("v2", 0.7)]

    def deliver(self, version: str, f1: float | None) -> None:
        """Its event comes three times; a malformed archive has no metrics."""
        if f1 is None:
            archive = archive_without_a_model(version)
        else:
            archive = sound_archive(version)
            metrics = json.dumps({"f1": f1}).encode()
            self.cloud.deliver(f"models/{MODEL}/{version}/metrics.json", metrics)
        notice = self.cloud.deliver(f"models/{MODEL}/{version}/model.tar.gz", archive)
        for _ in range(3):
            self.interleaving.add(partial(self.registrar.register, notice))

    def roll(self, to: str) -> None:
        self.cloud.gate()
        self.cloud.serve(to)

    def _registered(self, version: str, f1: float) -> str:
        self.deliver(version, f1)
        self.interleaving.run(b"")
        return self.cloud.values[POINTER]


@settings(max_examples=100)
@given(
    f1=st.sampled_from([None, 0.4, 0.6, 0.8]),
    rolls=st.lists(st.integers(0, 1), min_size=1, max_size=4),
    schedule=st.binary(min_size=60, max_size=60),
)
def test_a_retried_delivery_is_recorded_whatever_is_live_by_then(
    f1: float | None, rolls: list[int], schedule: bytes
) -> None:
    site = Site()
    site.deliver("v3", f1)
    for which in rolls:
        site.interleaving.add(partial(site.roll, site.live[which]))
    site.interleaving.run(schedule)

    verdicts = {one.approval for one in site.cloud.versions[2:]}
    assert verdicts
    assert verdicts <= {Approval.APPROVED, Approval.REJECTED}
    versions = site.cloud.connect().registry.versions(GROUP)
    choice = choose(pinned_versions(versions, BUCKET, MODEL), keep=5)
    assert site.cloud.values[POINTER] == str(choice.registered)
