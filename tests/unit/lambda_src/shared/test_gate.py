from decimal import Decimal
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.shared.gate import Rule, objections

Direction = Literal["higher", "lower"]

directions = st.sampled_from(["higher", "lower"])
# As people write metrics: a few places after the point.
written = st.decimals(min_value=0, max_value=1000, places=4)
numbers = st.floats(allow_nan=False, allow_infinity=False)
steps = st.decimals(min_value=Decimal("0.0001"), max_value=1, places=4)


def worse(than: Decimal, by: Decimal, direction: Direction) -> Decimal:
    return than - by if direction == "higher" else than + by


@given(before=written, tolerance=written, direction=directions, step=steps)
def test_worse_by_exactly_the_tolerance_passes_and_by_more_does_not(
    before: Decimal, tolerance: Decimal, direction: Direction, step: Decimal
) -> None:
    rule = Rule("accuracy", direction, tolerance=float(tolerance))
    live = {"accuracy": float(before)}
    edge = worse(before, tolerance, direction)
    assert objections({"accuracy": float(edge)}, live, [rule]) == []
    (objection,) = objections({"accuracy": float(worse(edge, step, direction))}, live, [rule])
    assert f"worse than {float(before)}, which is live, by more than" in objection


def test_what_binary_numbers_make_of_a_difference_does_not_count() -> None:
    assert 0.91 - 0.9 > 0.01
    rule = Rule("accuracy", "higher", tolerance=0.01)
    assert objections({"accuracy": 0.9}, {"accuracy": 0.91}, [rule]) == []


@given(
    metrics=st.dictionaries(st.text(min_size=1), numbers, min_size=1),
    direction=directions,
    data=st.data(),
)
def test_a_version_passes_against_itself_unless_it_must_be_better(
    metrics: dict[str, float], direction: Direction, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(metrics)))
    assert objections(metrics, metrics, [Rule(name, direction, tolerance=0)]) == []
    (objection,) = objections(metrics, metrics, [Rule(name, direction)])
    assert objection.startswith(f"{name} is {metrics[name]}, and must be {direction} than")


@given(before=written, step=steps, direction=directions)
def test_without_a_tolerance_it_must_be_better(
    before: Decimal, step: Decimal, direction: Direction
) -> None:
    rule = Rule("f1", direction)
    live = {"f1": float(before)}
    worse_one, better_one = worse(before, step, direction), worse(before, -step, direction)
    assert objections({"f1": float(better_one)}, live, [rule]) == []
    assert objections({"f1": float(worse_one)}, live, [rule])


def test_a_limit_may_be_reached_but_not_passed() -> None:
    rule = Rule("latency_ms", floor=1, ceiling=120)
    assert objections({"latency_ms": 120}, {}, [rule]) == []
    assert objections({"latency_ms": 1}, {}, [rule]) == []
    assert objections({"latency_ms": 120.5}, {}, [rule]) == [
        "latency_ms is 120.5, above the ceiling of 120"
    ]
    assert objections({"latency_ms": 0.5}, {}, [rule]) == [
        "latency_ms is 0.5, below the floor of 1"
    ]


@pytest.mark.parametrize("live", [{}, {"other": 0.99}])
def test_with_no_such_metric_live_only_the_limits_count(live: dict[str, float]) -> None:
    rule = Rule("f1", "higher", floor=0.7)
    assert objections({"f1": 0.7}, live, [rule]) == []
    assert objections({"f1": 0.69}, live, [rule]) == ["f1 is 0.69, below the floor of 0.7"]


def test_a_metric_that_a_rule_is_about_must_be_there() -> None:
    rule = Rule("f1", "higher", floor=0.7)
    assert objections({"F1": 0.9}, {"f1": 0.8}, [rule]) == [
        "its metrics have no number f1, which a rule needs (similar: F1); they have F1",
    ]


def test_a_missing_metric_is_reported_with_the_existing_and_the_similar_names() -> None:
    metrics = {"accuracy": 0.9, "latency_ms.p50": 20.0, "latency_ms.p95": 88.0}
    assert objections(metrics, {}, [Rule("latency_ms_p95", ceiling=120)]) == [
        "its metrics have no number latency_ms_p95, which a rule needs "
        "(similar: latency_ms.p95, latency_ms.p50); "
        "they have accuracy, latency_ms.p50, latency_ms.p95",
    ]


def test_a_missing_metric_is_found_in_a_nested_object() -> None:
    metrics = {"evaluation.f1": 0.9, "evaluation.accuracy": 0.9}
    assert objections(metrics, {}, [Rule("f1", floor=0.7)]) == [
        "its metrics have no number f1, which a rule needs (similar: evaluation.f1); "
        "they have evaluation.accuracy, evaluation.f1",
    ]


@given(st.dictionaries(st.text(min_size=1, max_size=256), numbers, min_size=1, max_size=300))
def test_however_many_metrics_there_are_their_names_leave_room_for_other_objections(
    metrics: dict[str, float],
) -> None:
    missing = "m" * 300
    (first, second) = objections(metrics, {}, [Rule(missing), Rule("n" * 300)])
    assert len(first) < len(missing) + 550
    assert len(second) < 800


def test_all_objections_are_listed_together() -> None:
    rules = [Rule("f1", "higher", floor=0.7), Rule("latency_ms", ceiling=120), Rule("recall")]
    live = {"f1": 0.8}
    assert objections({"f1": 0.6, "latency_ms": 150.0}, live, rules) == [
        "f1 is 0.6, below the floor of 0.7",
        "f1 is 0.6, and must be higher than 0.8, which is live",
        "latency_ms is 150.0, above the ceiling of 120",
        "its metrics have no number recall, which a rule needs; they have f1, latency_ms",
    ]


def test_without_rules_everything_passes() -> None:
    assert objections({}, {"f1": 1.0}, []) == []
