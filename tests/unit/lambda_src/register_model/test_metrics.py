import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model.cloud import ObjectVersion
from lambda_src.register_model.metrics import MAX_NUMBERS, Metrics, paired, parse
from lambda_src.shared.bounded_json import MAX_DEPTH, MalformedJson

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def many(numbers: int) -> bytes:
    return json.dumps({f"m{number}": number for number in range(numbers)}).encode()


def test_numbers_are_found_at_any_depth_and_all_else_is_left_alone() -> None:
    text = b"""{
        "accuracy": 0.91, "epochs": 3, "latency_ms": {"p50": 20, "p95": 88.5},
        "dataset": "reviews-2026", "converged": true, "losses": [0.9, 0.4], "notes": null
    }"""
    assert parse(text) == {
        "accuracy": 0.91,
        "epochs": 3,
        "latency_ms.p50": 20,
        "latency_ms.p95": 88.5,
    }


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"", "is not valid JSON"),
        (b"accuracy: 0.9", "is not valid JSON"),
        (b"\xff\xfe", "is not valid JSON"),
        (b"[0.9]", "holds no object"),
        (b"{}", "holds no number"),
        (b'{"dataset": "reviews"}', "holds no number"),
        (b'{"accuracy": NaN}', "holds NaN"),
        (b'{"loss": -Infinity}', "holds -Infinity"),
        (b'{"loss": 1e999}', "'loss' is a number too large"),
        (b'{"loss": 1' + b"0" * 400 + b"}", "'loss' is a number too large"),
        (b'{"loss": ' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b'{"accuracy": 0.9, "accuracy": 0.8}', "names 'accuracy' twice"),
        (b'{"a.b": 1, "a": {"b": 2}}', "names 'a.b' twice"),
        (b'{"a":' * 100_000, "is nested more than"),
        (nested(1_100), "is nested more than"),
        (nested(MAX_DEPTH + 1), "is nested more than"),
        (b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", "is nested more than"),
        (many(MAX_NUMBERS + 1), "holds more than 1,000 numbers"),
        (b'{"' + b"a" * 257 + b'": 1}', "has a name of more than 256 characters: 'aaa"),
        (b'{"\\ud800": 1}', "has a name that is not valid Unicode"),
        (b'{"a": 1}' + b" " * 1024**2, "is larger than"),
    ],
)
def test_malformed_metrics_are_told_apart(text: bytes, problem: str) -> None:
    with pytest.raises(MalformedJson, match=problem):
        parse(text)


def test_the_largest_files_that_are_allowed_are_read() -> None:
    assert parse(nested(MAX_DEPTH)) == {".".join("a" * MAX_DEPTH): 1}
    assert len(parse(many(MAX_NUMBERS))) == MAX_NUMBERS


# What JSON is made of, valid or not, beside plain bytes.
PIECES = [b"{", b"}", b"[", b"]", b":", b",", b'"a"', b'"b"', b'"\\ud800"', b"1", b"1e999", b"NaN"]
poison = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join),
    st.builds(
        lambda start, depth: start * depth,
        st.sampled_from([b'{"a":', b"[", b'{"a":[', b'{"a":1,"b":']),
        st.integers(1, 3_000),
    ),
    st.integers(1, 3_000).map(nested),
    st.text(max_size=2_000).map(lambda name: json.dumps({name: {name: 1, "b": 2}}).encode()),
)


@given(poison)
def test_whatever_is_delivered_is_read_or_refused_with_a_short_reason(text: bytes) -> None:
    metrics = Metrics.read("1", text)
    assert bool(metrics.numbers) is (metrics.problem is None)
    assert len(metrics.problem or "") < 300


def test_many_numbers_under_one_long_name_do_not_fill_the_memory() -> None:
    inner = ",".join(f'"{number}":1' for number in range(50_000))
    text = f'{{"{"n" * 400_000}":{{{inner}}}}}'.encode()
    tracemalloc.start()
    problem = Metrics.read("1", text).problem
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "has a name of more than 256 characters" in str(problem)
    assert peak < 32 * 1024**2


@given(st.dictionaries(st.text(min_size=1), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_come_out_as_they_went_in(numbers: dict[str, float]) -> None:
    if numbers:
        assert parse(json.dumps(numbers).encode()) == numbers


@dataclass
class Folder:
    """Versions stored a second apart: `A` of the archive, `m` of sound metrics, `x` of malformed ones."""

    events: str
    reads: list[str] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[str, Metrics | None]]:
        return paired(self._versions("A"), self._versions("mx"), self._read)

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
    assert list(paired([archive], [late], lambda _: metrics)) == [("A", metrics)]


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
    text = many(MAX_NUMBERS)
    versions = [
        ObjectVersion(f"{second}", NOON + timedelta(seconds=second), 1, latest=False)
        for second in reversed(range(200))
    ]
    tracemalloc.start()
    pairs = paired(versions[::2], versions[1::2], lambda one: Metrics.read(one.version_id, text))
    assert sum(found is not None for _, found in pairs) == 100
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 1024**2, "one hundred files at once take 13 MB"
