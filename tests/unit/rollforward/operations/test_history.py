"""A model's versions, and what people decide about them."""

from collections.abc import Callable
from typing import Any

import pytest

from config.schema import settings
from config.schema.promotion import Promotion, Rule
from config.schema.settings import Environment
from rollforward.cli import decide as decide_commands
from rollforward.cli import history as history_commands
from rollforward.operations import history as registry
from tests.unit.conftest import Stub
from tests.unit.rollforward.answers import (
    DEV,
    MODEL,
    V1,
    V2,
    V3,
    decided,
    deployed,
    package,
    pointer,
)
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


def test_a_version_has_the_metrics_that_the_registry_has(stub: Stub) -> None:
    scores = {"metrics.accuracy": "0.91", "metrics.latency_ms.p95": "120", "delivery_version": "v1"}
    deployed(stub, package(1, key=V1, **scores))
    (version,) = history("--json").json
    assert version["metrics"] == {"accuracy": 0.91, "latency_ms.p95": 120}
    assert version["delivered"] == "v1"


def test_metadata_that_is_no_number_is_no_metric(stub: Stub) -> None:
    words = {"metrics.note": "good", "metrics.loss": "nan", "metrics.size": "1e999"}
    deployed(stub, package(1, key=V1, **words), package(2, key=V2))
    assert [one["metrics"] for one in history("--json").json] == [{}, {}]


def test_a_few_metrics_are_shown_and_the_number_of_the_others(stub: Stub) -> None:
    deployed(stub, package(1, key=V1, **SCORES, **{"metrics.zeal": "3", "metrics.zest": "4"}))
    assert "auc 0.5, f1 0.5, precision 0.5, recall 0.5, +2 Sound" in history().lines[1]


def test_the_metrics_of_the_gate_are_shown_first(
    stub: Stub, environment: Callable[[Environment], None]
) -> None:
    environment(gated("recall", "missing", "zeal"))
    deployed(stub, package(1, key=V1, **SCORES, **{"metrics.zeal": "1234567"}))
    assert "recall 0.5, zeal 1234567, auc 0.5, f1 0.5, +1 Sound" in history().lines[1]


def test_both_versions_of_a_model_whose_metrics_came_later_are_told(stub: Stub) -> None:
    deployed(
        stub,
        package(2, key=V1, **{"metrics.f1": "0.9"}),
        package(1, "PendingManualApproval", key=V1),
        registered=V1,
        live=V1,
    )
    versions = history("--json").json
    assert [one["number"] for one in versions] == [2, 1]
    assert [one["metrics"] for one in versions] == [{"f1": 0.9}, {}]
    assert all(one["is_registered"] and one["is_live"] for one in versions)


@pytest.mark.parametrize(("command", "verdict"), [("approve", "Approved"), ("reject", "Rejected")])
def test_a_decision_is_about_all_versions_of_a_model(
    stub: Stub, command: str, verdict: str
) -> None:
    other = package(3, key=V2)
    before = package(2, "Rejected", key=V1), package(1, "PendingManualApproval", key=V1)
    after = package(2, verdict, key=V1), package(1, verdict, key=V1)
    deployed(stub, other, *before)
    decided(stub, 2, 1, verdict=verdict, reason="I looked at it")
    deployed(stub, other, *after)
    ran = typed(decide_commands.app, command, MODEL, "1", "--reason", "I looked at it")
    assert ran.lines == [
        f"sentiment versions 2, 1 (the same model): {verdict}; the pointer follows"
    ]


@pytest.mark.parametrize(("command", "verdict"), [("approve", "Approved"), ("reject", "Rejected")])
def test_what_was_decided_is_told(stub: Stub, command: str, verdict: str) -> None:
    def decide() -> None:
        deployed(stub, package(1, "PendingManualApproval", key=V1))
        decided(stub, 1, verdict=verdict, reason=f"{verdict} by hand")
        deployed(stub, package(1, verdict, key=V1))

    decide()
    ran = typed(decide_commands.app, command, MODEL, "1")
    assert ran.lines == [f"sentiment version 1: {verdict}; the pointer follows"]
    decide()
    (version,) = typed(decide_commands.app, command, MODEL, "1", "--json").json
    assert (version["number"], version["verdict"]) == (1, verdict)


def test_what_was_refused_can_not_be_decided_about(stub: Stub) -> None:
    deployed(stub, package(1, "Rejected", reason="Refused: it is truncated."))
    ran = typed(decide_commands.app, "approve", MODEL, "1")
    assert ran.code == 1
    assert "there is nothing to serve: Refused: it is truncated." in ran.err


def test_a_version_that_is_not_there_is_answered_with_those_that_are(stub: Stub) -> None:
    deployed(stub, package(2, key=V2), package(1, key=V1))
    ran = typed(decide_commands.app, "reject", MODEL, "9")
    assert (ran.code, ran.err) == (1, "error: sentiment has no version 9; it has: 2, 1\n")


def revert(*options: str) -> Ran:
    return typed(decide_commands.app, "revert", MODEL, *options)


def registered(stub: Stub, *versions: dict[str, Any]) -> None:
    """V3 is, of these versions."""
    deployed(stub, *versions, registered=V3)
    pointer(stub, V3)


def test_a_revert_rejects_every_version_of_the_registered_model(stub: Stub) -> None:
    twins = package(3, key=V3), package(2, "PendingManualApproval", key=V3)
    registered(stub, *twins, package(1, key=V1))
    decided(stub, 3, 2, verdict="Rejected", reason="It is rude")
    pointer(stub, V3)
    pointer(stub, V1)
    ran = revert("--reason", "It is rude")
    assert ran.lines == [
        f"{V3} → {V1}; rejected: 3, 2",
        "to roll: rollforward apply sentiment --env dev",
    ]


def test_a_revert_without_an_apply_has_no_proof(stub: Stub) -> None:
    registered(stub, package(2, key=V3), package(1, key=V1))
    decided(stub, 2, verdict="Rejected", reason="Reverted by hand")
    pointer(stub, V1)
    assert revert("--json").json == {
        "model": MODEL,
        "rejected": [2],
        "before": V3,
        "registered": V1,
        "proof": None,
    }


def test_nothing_is_reverted_to_a_model_that_has_a_rejected_version(stub: Stub) -> None:
    others = package(2, key=V2), package(1, "Rejected", key=V2)
    registered(stub, package(3, key=V3), *others)
    assert "sentiment has no other approved version to go back to" in revert().err
    registered(stub, package(3, key=V3), *others)
    assert "version 2 of sentiment is Rejected: approve it first" in revert("--to", "2").err


def test_a_pointer_that_does_not_follow_says_where_to_look(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "POINTER_TIMEOUT_SECONDS", 0)
    registered(stub, package(2, key=V3), package(1, key=V1))
    decided(stub, 2, verdict="Rejected", reason="Reverted by hand")
    pointer(stub, V3)
    ran = revert()
    assert ran.code == 1
    assert "look into /aws/lambda/rollforward-dev-registrar" in ran.err
