import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.register_model.cloud import ObjectVersion
from lambda_src.register_model.metrics import MalformedMetrics, Metrics, belonging, parse

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


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
        (b"", "is no JSON"),
        (b"accuracy: 0.9", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[0.9]", "holds no object"),
        (b"{}", "holds no number"),
        (b'{"dataset": "reviews"}', "holds no number"),
        (b'{"accuracy": NaN}', "holds NaN"),
        (b'{"loss": -Infinity}', "holds -Infinity"),
        (b'{"loss": 1e999}', "loss is too large"),
        (b'{"loss": 1' + b"0" * 400 + b"}", "loss is too large"),
        (b'{"accuracy": 0.9, "accuracy": 0.8}', "names 'accuracy' twice"),
        (b'{"a.b": 1, "a": {"b": 2}}', "names 'a.b' twice"),
        (b'{"a":' * 100_000, "is no JSON"),
        (b'{"a": 1}' + b" " * 1024**2, "is larger than"),
    ],
)
def test_malformed_metrics_are_told_apart(text: bytes, problem: str) -> None:
    with pytest.raises(MalformedMetrics, match=problem):
        parse(text)


@given(st.binary(max_size=200))
def test_whatever_is_delivered_is_read_or_refused(text: bytes) -> None:
    metrics = Metrics.read("1", text)
    assert bool(metrics.numbers) is (metrics.problem is None)


@given(st.dictionaries(st.text(min_size=1), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_come_out_as_they_went_in(numbers: dict[str, float]) -> None:
    if numbers:
        assert parse(json.dumps(numbers).encode()) == numbers


def history(events: str) -> dict[str, str]:
    """Which metrics belong to which archive: `A` an archive, `m` metrics, `x` malformed, a second apart."""
    archives: list[ObjectVersion] = []
    metrics: list[tuple[ObjectVersion, Metrics]] = []
    for second, kind in enumerate(events):
        id_ = f"{kind}{second}"
        version = ObjectVersion(id_, NOON + timedelta(seconds=second), 1, latest=False)
        if kind == "A":
            archives.insert(0, version)
        else:
            problem = "no JSON" if kind == "x" else None
            metrics.insert(0, (version, Metrics(id_, {}, problem)))
    return {archive: found.version_id for archive, found in belonging(archives, metrics).items()}


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
    assert history(events) == belong


@given(st.text("Amx", max_size=8), st.text("Amx", max_size=4))
def test_sound_metrics_once_paired_stay_with_their_archive(before: str, after: str) -> None:
    paired = {archive: id_ for archive, id_ in history(before).items() if id_.startswith("m")}
    assert paired.items() <= history(before + after).items()


def test_in_the_same_second_they_belong_together() -> None:
    archive = ObjectVersion("A", NOON + timedelta(milliseconds=10), 1, latest=True)
    late = ObjectVersion("m", NOON + timedelta(milliseconds=900), 1, latest=True)
    metrics = Metrics("m", {"f1": 1})
    assert belonging([archive], [(late, metrics)]) == {"A": metrics}
