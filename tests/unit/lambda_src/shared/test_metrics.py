import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.shared.bounded_json import MAX_DEPTH, MalformedJson
from lambda_src.shared.metrics import MAX_NUMBERS, Metrics, parse
from tests.unit.lambda_src.memory import memory_below

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
        (b"[0.9]", "is not a JSON object"),
        (b"{}", "contains no number"),
        (b'{"dataset": "reviews"}', "contains no number"),
        (b'{"accuracy": NaN}', "contains NaN"),
        (b'{"loss": -Infinity}', "contains -Infinity"),
        (b'{"loss": 1e999}', "contains a number that is too large: 'loss'"),
        (b'{"loss": 1' + b"0" * 400 + b"}", "contains a number that is too large: 'loss'"),
        (b'{"loss": ' + b"9" * 5000 + b"}", "is not valid JSON"),
        (b'{"accuracy": 0.9, "accuracy": 0.8}', "contains 'accuracy' twice"),
        (b'{"a.b": 1, "a": {"b": 2}}', "contains 'a.b' twice"),
        (b'{"a":' * 100_000, "is nested more than"),
        (nested(1_100), "is nested more than"),
        (nested(MAX_DEPTH + 1), "is nested more than"),
        (b'{"a":' + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH + b"}", "is nested more than"),
        (many(MAX_NUMBERS + 1), "contains more than 1,000 numbers"),
        (b'{"' + b"a" * 257 + b'": 1}', "has a name of more than 256 characters: 'aaa"),
        (b'{"\\ud800": 1}', "has a name that is not valid Unicode"),
        (b'{"a": 1}' + b" " * 1024**2, "is larger than"),
    ],
)
def test_malformed_metrics_are_distinguished_by_their_problem(text: bytes, problem: str) -> None:
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
    with memory_below(32 * 1024**2):
        problem = Metrics.read("1", text).problem
    assert "has a name of more than 256 characters" in str(problem)


@given(st.dictionaries(st.text(min_size=1), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_come_out_as_they_went_in(numbers: dict[str, float]) -> None:
    if numbers:
        assert parse(json.dumps(numbers).encode()) == numbers
