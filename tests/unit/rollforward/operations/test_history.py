"""`rollforward history`: the versions of a model."""

from collections.abc import Callable

import pytest

from config.schema import settings
from config.schema.promotion import Promotion, Rule
from config.schema.settings import Environment
from rollforward.cli import history as history_commands
from tests.unit.rollforward.account import DEV, MODEL, V1, V2, Account, package
from tests.unit.rollforward.typed import Ran, typed

SCORES = {f"metrics.{name}": "0.5" for name in ("auc", "f1", "precision", "recall")}


def history(*options: str) -> Ran:
    return typed(history_commands.app, "history", MODEL, *options)


def gated(*metrics: str) -> Environment:
    """dev, with a gate that has a rule for each of these."""
    rules = [Rule(metric=metric, direction="higher") for metric in metrics]
    promotion = Promotion(approve="better", rules=rules)
    model = DEV.model(MODEL).model_copy(update={"promotion": promotion})
    return DEV.model_copy(update={"models": {MODEL: model}})


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Callable[[Environment], None]:
    def use(environment: Environment) -> None:
        monkeypatch.setattr(settings, "load", lambda _: environment)

    return use


def test_a_version_has_the_metrics_that_the_registry_has(aws: Account) -> None:
    scores = {"metrics.accuracy": "0.91", "metrics.latency_ms.p95": "120", "delivery_version": "v1"}
    aws.register(package(1, key=V1, **scores))
    (version,) = history("--json").json
    assert version["metrics"] == {"accuracy": 0.91, "latency_ms.p95": 120}
    assert version["delivered"] == "v1"


def test_metadata_that_is_not_a_number_is_no_metric(aws: Account) -> None:
    words = {"metrics.note": "good", "metrics.loss": "nan", "metrics.size": "1e999"}
    aws.register(package(1, key=V1, **words), package(2, key=V2))
    assert [one["metrics"] for one in history("--json").json] == [{}, {}]


def test_only_a_few_metrics_are_shown_and_the_number_of_the_others(aws: Account) -> None:
    aws.register(package(1, key=V1, **SCORES, **{"metrics.zeal": "3", "metrics.zest": "4"}))
    assert "auc 0.5, f1 0.5, precision 0.5, recall 0.5, +2 Sound" in history().lines[1]


def test_the_metrics_of_the_gate_are_shown_first(
    aws: Account, environment: Callable[[Environment], None]
) -> None:
    environment(gated("recall", "missing", "zeal"))
    aws.register(package(1, key=V1, **SCORES, **{"metrics.zeal": "1234567"}))
    assert "recall 0.5, zeal 1234567, auc 0.5, f1 0.5, +1 Sound" in history().lines[1]


def test_both_versions_of_a_model_whose_metrics_came_later_are_shown(aws: Account) -> None:
    aws.register(
        package(2, key=V1, **{"metrics.f1": "0.9"}),
        package(1, "PendingManualApproval", key=V1),
        registered=V1,
        live=V1,
    )
    versions = history("--json").json
    assert [one["number"] for one in versions] == [2, 1]
    assert [one["metrics"] for one in versions] == [{"f1": 0.9}, {}]
    assert all(one["is_registered"] and one["is_live"] for one in versions)
