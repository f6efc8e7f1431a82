"""`rollforward history`: the versions of a model."""

from collections.abc import Callable

import pytest

from config.schema import settings
from config.schema.promotion import Promotion, Rule
from config.schema.settings import Environment
from rollforward.cli.app import app
from tests.unit.rollforward import typed as typed_module
from tests.unit.rollforward.account import DEV, MODEL, V1, V2, Account, package
from tests.unit.rollforward.typed import Ran, typed

SCORES = {f"metrics.{name}": "0.5" for name in ("auc", "f1", "precision", "recall")}

NAMED = {"delivery_version": "v1", "delivered_at": "2026-01-31T12:00:00Z"}


def key_of(number: int) -> str:
    time = f"2026{1 + number // 1000:02}{1 + number // 100 % 10:02}T{number % 100:06}Z"
    return f"registered/sentiment/{time}-v{number}-00000000/model.tar.gz"


def history(*options: str) -> Ran:
    return typed(app, "history", MODEL, *options)


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


def test_as_many_metrics_are_shown_as_fit_and_the_number_of_the_others(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_module, "WIDE", 80)
    aws.register(package(1, key=V1, **NAMED, **SCORES, **{"metrics.zeal": "3"}))
    assert history().lines[1].endswith("approved auc 0.5, f1 0.5, precision 0.5, +2")


def test_the_metrics_of_the_gate_are_shown_first(
    aws: Account, environment: Callable[[Environment], None]
) -> None:
    environment(gated("recall", "missing", "zeal"))
    aws.register(package(1, key=V1, **SCORES, **{"metrics.zeal": "1234567"}))
    assert "recall 0.5, zeal 1234567, auc 0.5, f1 0.5, precision 0.5" in history().lines[1]


def test_every_version_is_one_line_of_at_most_80_columns(
    aws: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_module, "WIDE", 80)
    long = {**SCORES, "delivery_version": "a-name-" * 30, "delivered_at": "2026-01-31T12:00:00Z"}
    aws.register(
        package(2000, "Rejected", key=V2, reason="Refused. " * 100, **long),
        package(1999, key=V1, **long),
        registered=V1,
        live=V2,
    )
    ran = history()
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.lines == [
        "delivered (UTC) as verdict metrics",
        "* 2000 2026-01-31 12:00 a-name-a-name-a-nam… rejected auc 0.5, f1 0.5, +2",
        "> 1999 2026-01-31 12:00 a-name-a-name-a-nam… approved auc 0.5, f1 0.5, +2",
        "> registered, * live",
        "every fact of one: rollforward history sentiment --version 2000 --env dev",
    ]


def test_a_verdict_is_one_word(aws: Account) -> None:
    aws.register(
        package(4, "PendingManualApproval", key=V2),
        package(3, "Rejected"),
        package(2, "Rejected", key=V1),
        package(1, key=V1),
    )
    words = [line.split()[1] for line in history().lines[1:5]]
    assert words == ["waiting", "refused", "rejected", "approved"]


def test_the_newest_versions_are_shown_and_the_command_for_the_older_ones(aws: Account) -> None:
    aws.register(*(package(number, key=V1) for number in range(25, 0, -1)))
    lines = history().lines
    assert [line.split()[0] for line in lines[1:-2]] == [str(n) for n in range(25, 5, -1)]
    assert lines[-1] == "older versions: rollforward history sentiment --limit 40 --env dev"
    assert len(history("--limit", "25").lines) == 27
    assert [one["number"] for one in history("--limit", "2", "--json").json] == [25, 24]


def test_one_version_is_shown_with_every_fact(aws: Account) -> None:
    reason = "It is rude. " * 50
    aws.register(package(2, key=V2), package(1, key=V1, reason=reason, **SCORES, **NAMED), live=V1)
    ran = history("--version", "1")
    assert ran.lines[:5] == [
        "version 1",
        "delivered as v1",
        "delivered at 2026-01-31T12:00:00Z",
        "verdict Approved",
        f"reason {reason.strip()}",
    ]
    assert "is live" in ran.lines
    assert f"pinned copy {V1}" in ran.lines
    assert ran.lines[-4:] == [
        "metric auc 0.5",
        "metric f1 0.5",
        "metric precision 0.5",
        "metric recall 0.5",
    ]
    (version,) = history("--version", "1", "--json").json
    assert version["number"] == 1


def test_an_unknown_version_names_the_newest_ones(aws: Account) -> None:
    aws.register(*(package(number, key=V1) for number in range(22, 0, -1)))
    ran = history("--version", "99")
    assert ran.code == 1
    assert ran.err.startswith("error: sentiment has no version 99; it has: 22, 21, ")
    assert ran.err.endswith("4, 3 and 2 older ones\n")


def test_an_empty_history_says_how_to_deliver(aws: Account) -> None:
    aws.register()
    assert history().lines == [
        "sentiment has no version yet: rollforward deliver sentiment model.tar.gz "
        "--metrics metrics.json --env dev"
    ]
    assert history("--json").json == []


@pytest.mark.parametrize(
    ("command", "described"),
    [
        (["history", MODEL], 21),
        (["history", MODEL, "--version", "1"], 1),
        (["compare", MODEL, "1", "1999"], 2),
        (["approve", MODEL, "1"], 1),
        (["reject", MODEL, "2000"], 1),
        (["revert", MODEL], 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_2000_versions_take_few_requests(aws: Account, command: list[str], described: int) -> None:
    keys = {number: key_of(number) for number in range(2000, 0, -1)}
    aws.register(*(package(n, key=key) for n, key in keys.items()), registered=keys[2000])
    assert typed(app, *command).code == 0
    assert len(aws.requested("describe_model_package")) == described
    assert len(aws.requests) < 80


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
