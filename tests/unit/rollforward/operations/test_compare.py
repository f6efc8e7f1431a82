"""Two versions side by side, and a metric over all of them."""

from collections.abc import Sequence

import pytest

from config.schema import settings
from config.schema.promotion import Promotion, Rule
from config.schema.settings import Environment
from lambda_src.shared.registry import Approval
from rollforward.cli import history
from rollforward.cli.plot import HEIGHT, WIDTH, draw
from rollforward.errors import RollforwardError, UsageError
from rollforward.operations.compare import Comparison, Difference, compare, series
from rollforward.operations.history import Version
from tests.unit.rollforward.account import DEV, MODEL, V1, V2, Account, package
from tests.unit.rollforward.typed import Ran, typed

AUTOMATIC = Promotion()
BETTER = Promotion(
    approve="better",
    rules=[
        Rule(metric="accuracy", direction="higher", tolerance=0.01),
        Rule(metric="latency_ms", ceiling=120),
    ],
)


def version(number: int, key: str | None = None, **metrics: float) -> Version:
    return Version(
        number=number,
        delivered=f"v{number}",
        delivered_at="2026-01-31T12:00:00Z",
        verdict=Approval.APPROVED,
        reason="Sound",
        metrics=metrics,
        key=key,
        arn=f"arn/{number}",
        is_registered=False,
        is_live=False,
    )


def compared(
    *versions: Version, promotion: Promotion = AUTOMATIC, pair: tuple[int, int] = (1, 2)
) -> Comparison:
    return compare(promotion, versions, MODEL, *pair)


def test_metrics_are_compared_with_their_exact_difference() -> None:
    found = compared(version(2, accuracy=0.92, f1=0.8), version(1, accuracy=0.91, auc=0.7))
    assert found.metrics == [
        Difference("accuracy", 0.91, 0.92, 0.01),
        Difference("auc", 0.7, None, None),
        Difference("f1", None, 0.8, None),
    ]


def test_the_metrics_of_the_gate_come_first() -> None:
    found = compared(
        version(1, accuracy=0.9, latency_ms=90, a=1),
        version(2, accuracy=0.9, latency_ms=90, a=1),
        promotion=BETTER,
    )
    assert [one.metric for one in found.metrics] == ["accuracy", "latency_ms", "a"]


def test_the_gate_judges_the_second_version_against_the_first() -> None:
    worse, better = version(1, accuracy=0.9, latency_ms=90), version(2, accuracy=1, latency_ms=90)
    assert compared(worse, better, promotion=BETTER).objections == []
    assert compared(worse, better, promotion=BETTER, pair=(2, 1)).objections == [
        "accuracy is 0.9, worse than 1, which is live, by more than 0.01"
    ]


def test_a_model_without_a_gate_has_no_objections() -> None:
    found = compared(version(1, accuracy=0.9), version(2, accuracy=0.1))
    assert (found.gate, found.objections) == ("automatic", [])


def test_a_version_has_the_metrics_that_came_after_it() -> None:
    found = compared(
        version(3, V1, accuracy=0.9, latency_ms=90),
        version(2, V2, accuracy=0.9, latency_ms=90),
        version(1, V1),
        promotion=BETTER,
    )
    assert found.metrics[0] == Difference("accuracy", 0.9, 0.9, 0.0)
    assert found.a.metrics == {}


def test_a_refused_delivery_has_no_metrics_of_others() -> None:
    found = compared(version(3, f1=0.9), version(2), version(1))
    assert found.metrics == []


def test_an_unknown_version_cannot_be_compared() -> None:
    with pytest.raises(RollforwardError, match="sentiment has no version 7; it has: 2, 1"):
        compared(version(2), version(1), pair=(1, 7))


def test_a_series_has_the_values_of_the_versions_that_have_the_metric() -> None:
    versions = [version(3, f1=0.9), version(2, auc=0.5), version(1, f1=0.8)]
    assert series(versions, "f1") == [(1, 0.8), (3, 0.9)]
    with pytest.raises(
        UsageError, match="no version has a metric 'F1'; the versions have: auc, f1"
    ):
        series(versions, "F1")
    with pytest.raises(UsageError, match="the versions have: none"):
        series([version(1)], "f1")


@pytest.mark.parametrize(
    "points",
    [
        [(7, 0.9)],
        [(1, 0.9), (2, 0.9)],
        [(1, -1e-9), (2, 1e9)],
        [(number, number % 7) for number in range(1, 200)],
    ],
    ids=["one", "equal", "far apart", "many"],
)
def test_a_picture_has_its_size_its_title_and_its_last_version(
    points: Sequence[tuple[int, float]],
) -> None:
    lines = draw("accuracy", points).splitlines()
    assert len(lines) <= HEIGHT
    assert max(map(len, lines)) <= WIDTH
    assert lines[0].strip() == "accuracy"
    assert "●" in "".join(lines)
    assert lines[-2].split()[0] == str(points[0][0])


@pytest.fixture
def gated(monkeypatch: pytest.MonkeyPatch) -> Environment:
    model = DEV.model(MODEL).model_copy(update={"promotion": BETTER})
    environment = DEV.model_copy(update={"models": {MODEL: model}})
    monkeypatch.setattr(settings, "load", lambda _: environment)
    return environment


def two_versions(aws: Account) -> None:
    scores = {"metrics.accuracy": "0.9", "metrics.latency_ms": "90", "metrics.f1": "0.8"}
    refused = package(2, "Rejected", key=V2, reason="Refused", **{"metrics.accuracy": "0.85"})
    aws.register(refused, package(1, key=V1, **scores))


def typed_compare(*options: str) -> Ran:
    return typed(history.app, "compare", MODEL, "1", "2", *options)


@pytest.mark.usefixtures("gated")
def test_a_comparison_shows_metrics_verdicts_and_the_gate(aws: Account) -> None:
    two_versions(aws)
    ran = typed_compare()
    assert ran.code == 0
    assert ran.lines == [
        "metric 1 2 difference",
        "accuracy 0.9 0.85 -0.05",
        "latency_ms 90 — —",
        "f1 0.8 — —",
        "",
        "version 1 is Approved: Sound",
        "version 2 is Rejected: Refused",
        "with version 1 live, the gate would reject version 2:",
        "accuracy is 0.85, worse than 0.9, which is live, by more than 0.01",
        "its metrics have no number latency_ms, which a rule needs; they have accuracy",
    ]


@pytest.mark.usefixtures("gated")
def test_a_comparison_is_data_as_well(aws: Account) -> None:
    two_versions(aws)
    found = typed_compare("--json").json
    assert found["metrics"][0] == {
        "metric": "accuracy",
        "a": 0.9,
        "b": 0.85,
        "difference": -0.05,
    }
    assert found["gate"] == "better"
    assert len(found["objections"]) == 2
    assert (found["a"]["verdict"], found["b"]["verdict"]) == ("Approved", "Rejected")


def test_a_comparison_names_the_gate_that_does_not_check_metrics(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    ungated = DEV.models[MODEL].model_copy(update={"promotion": AUTOMATIC})
    dev = DEV.model_copy(update={"models": {MODEL: ungated}})
    monkeypatch.setattr(settings, "load", lambda _: dev)
    two_versions(aws)
    assert typed_compare().lines[-1] == "the gate is automatic: it does not check metrics"


def test_a_metric_is_drawn_below_the_comparison(aws: Account) -> None:
    two_versions(aws)
    ran = typed_compare("--plot", "accuracy")
    assert ran.code == 0
    assert ran.lines[0] == "metric 1 2 difference"
    assert "●" in ran.out
    assert "\x1b" not in ran.out


def test_an_unknown_metric_is_the_users_mistake(aws: Account) -> None:
    two_versions(aws)
    ran = typed_compare("--plot", "speed")
    assert (ran.code, ran.out) == (2, "")
    assert "no version has a metric 'speed'; the versions have: accuracy, f1, latency_ms" in ran.err


def test_a_picture_is_no_json() -> None:
    ran = typed_compare("--plot", "accuracy", "--json")
    assert (ran.code, ran.err) == (
        2,
        "error: --plot prints a picture, which --json cannot contain: pass only one of them\n",
    )
