"""Which version of metrics.json belongs to which version of the archive."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model.metrics_pairing import pair_metrics
from lambda_src.shared.metrics import MAX_NUMBERS, Metrics
from lambda_src.shared.objects import ObjectVersion
from tests.unit.lambda_src.memory import memory_below

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@dataclass
class Folder:
    """Versions stored a second apart: `A` of the archive, `m` of sound metrics, `x` of malformed ones."""

    events: str
    reads: list[str] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[str, Metrics | None]]:
        return pair_metrics(self._versions("A"), self._versions("mx"), self._read)

    def belonging(self) -> dict[str, str]:
        return {archive: found.version_id for archive, found in self.pairs() if found}

    def _versions(self, kinds: str) -> list[ObjectVersion]:
        return [
            ObjectVersion(f"{kind}{second}", NOON + timedelta(seconds=second), 1, latest=False)
            for second, kind in reversed(list(enumerate(self.events)))
            if kind in kinds
        ]

    def _read(self, version: ObjectVersion) -> Metrics:
        self.reads.append(version.version_id)
        problem = "no JSON" if version.version_id.startswith("x") else None
        return Metrics(version.version_id, {}, problem)


@pytest.mark.parametrize(
    ("events", "belong"),
    [
        ("A", {}),
        ("m", {}),
        ("Am", {"A0": "m1"}),
        ("mA", {"A1": "m0"}),
        ("AmAm", {"A0": "m1", "A2": "m3"}),
        ("mAmA", {"A1": "m0", "A3": "m2"}),
        ("Axm", {"A0": "m2"}),
        ("xA", {"A1": "x0"}),
        ("xAm", {"A1": "m2"}),
        ("mxA", {"A2": "m0"}),
        ("xmA", {"A2": "m1"}),
        ("mmA", {"A2": "m1"}),
        ("Amm", {"A0": "m1"}),
        ("AmmA", {"A0": "m1", "A3": "m2"}),
        ("AAm", {"A1": "m2"}),
    ],
)
def test_metrics_belong_to_the_archive_before_them_if_it_lacks_any_else_to_the_next(
    events: str, belong: dict[str, str]
) -> None:
    assert Folder(events).belonging() == belong


@given(st.text("Amx", max_size=8), st.text("Amx", max_size=4))
def test_sound_metrics_once_paired_stay_with_their_archive(before: str, after: str) -> None:
    paired = {
        archive: id_ for archive, id_ in Folder(before).belonging().items() if id_.startswith("m")
    }
    assert paired.items() <= Folder(before + after).belonging().items()


def test_in_the_same_second_they_belong_together() -> None:
    archive = ObjectVersion("A", NOON + timedelta(milliseconds=10), 1, latest=True)
    late = ObjectVersion("m", NOON + timedelta(milliseconds=900), 1, latest=True)
    metrics = Metrics("m", {"f1": 1})
    assert list(pair_metrics([archive], [late], lambda _: metrics)) == [("A", metrics)]


@pytest.mark.parametrize(
    ("events", "reads"),
    [
        ("A" + "m" * 1_000, 1),
        ("m" * 1_000 + "A", 1),
        ("AmA" + "m" * 1_000, 2),
        ("A" + "m" * 1_000 + "A", 2),
    ],
)
def test_of_many_versions_only_those_are_read_that_decide(events: str, reads: int) -> None:
    folder = Folder(events)
    newest = f"A{events.rindex('A')}"
    assert any(archive == newest for archive, _ in folder.pairs())
    assert len(folder.reads) == reads


def test_the_memory_does_not_grow_with_the_number_of_versions() -> None:
    text = json.dumps({f"m{number}": number for number in range(MAX_NUMBERS)}).encode()
    versions = [
        ObjectVersion(f"{second}", NOON + timedelta(seconds=second), 1, latest=False)
        for second in reversed(range(200))
    ]
    # One hundred files at once take 13 MB.
    with memory_below(2 * 1024**2):
        pairs = pair_metrics(
            versions[::2], versions[1::2], lambda one: Metrics.read(one.version_id, text)
        )
        assert sum(found is not None for _, found in pairs) == 100
