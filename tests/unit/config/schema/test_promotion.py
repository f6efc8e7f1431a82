"""The rules of a model's promotion."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.schema.settings import load
from tests.unit.config.schema.samples import GOOD, merged, mistakes, model

ACCURACY = {"metric": "accuracy", "direction": "higher", "tolerance": 0.01}


PROMOTION = "here.yaml → models → sentiment → promotion"


def promoted(*rules: dict[str, Any], approve: str = "better") -> dict[str, Any]:
    return model(promotion={"approve": approve, "rules": list(rules)})


def test_a_rule_takes_whole_numbers_too(tmp_path: Path) -> None:
    rule = {"metric": "latency_ms.p95", "floor": 0, "ceiling": 120}
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(merged(GOOD, promoted(ACCURACY, rule))))
    promotion = load("here", tmp_path).models["sentiment"].promotion
    assert promotion.as_json() == {
        "keep_versions": 5,
        "approve": "better",
        "rules": [ACCURACY, rule],
    }


@pytest.mark.parametrize("metric", ["f1", "eval.top-5", "latency_ms/p95", "précision", "a" * 100])
def test_a_rule_takes_any_metric_name_that_the_registry_can_hold(
    tmp_path: Path, metric: str
) -> None:
    changes = promoted({"metric": metric, "floor": 0})
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(merged(GOOD, changes)), "utf-8")
    (rule,) = load("here", tmp_path).models["sentiment"].promotion.rules
    assert rule.metric == metric


@pytest.mark.parametrize("metric", ["", "top 5", "f1!", "${f1}", "f1\n", "a" * 101])
def test_a_metric_name_that_the_registry_can_not_hold_is_a_mistake(
    tmp_path: Path, metric: str
) -> None:
    (line,) = mistakes(tmp_path, promoted({"metric": metric, "floor": 0}))
    assert line.startswith(f"{PROMOTION} → rules → #1 → metric: expected 1 to 100 letters, digits")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"metric": "f1"}, ": expected a direction, a floor or a ceiling for f1"),
        (
            {"metric": "f1", "tolerance": 0.1, "floor": 0.5},
            ": tolerance needs a direction: higher or lower, whichever is better",
        ),
        (
            {"metric": "f1", "floor": 0.9, "ceiling": 0.5},
            ": expected ceiling to be at least floor (0.9), found 0.5",
        ),
        (
            {"metric": "f1", "direction": "up"},
            " → direction: expected 'higher' or 'lower', found 'up'",
        ),
        (
            {"metric": "f1", "direction": "higher", "tolerance": -0.1},
            " → tolerance: expected 0 or more, found -0.1",
        ),
        (
            {"metric": "f1", "floor": float("nan")},
            " → floor: expected a finite number, found nan",
        ),
        (
            {"metric": "f1", "ceiling": float("inf")},
            " → ceiling: expected a finite number, found inf",
        ),
        (
            {"metric": "f1", "floor": "0.7"},
            " → floor: expected a number, found '0.7': write it without quotes",
        ),
        (
            {"metric": "f1", "flor": 0.7},
            " → flor: unknown key; expected one of: ceiling, direction, floor, metric, tolerance",
        ),
        ({"floor": 0.7}, " → metric: required, but missing"),
    ],
)
def test_a_mistake_in_a_rule_is_reported_with_the_rules_number(
    tmp_path: Path, rule: dict[str, Any], expected: str
) -> None:
    (line,) = mistakes(tmp_path, promoted(ACCURACY, rule))
    assert line == f"{PROMOTION} → rules → #2{expected}"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (promoted(), "`approve: better` needs at least one rule"),
        (
            promoted(ACCURACY, approve="manual"),
            "rules need `approve: better`, found `approve: manual`",
        ),
        (promoted(ACCURACY, ACCURACY), "expected one rule for each metric, found 2 for accuracy"),
        (
            promoted(*({"metric": f"m{number}", "floor": 0} for number in range(21))),
            "expected at most 20 rules, found 21",
        ),
        (
            promoted(*({"metric": f"{number:0100}", "floor": 1e100} for number in range(16))),
            "expected at most 3584 bytes as JSON, which a parameter holds beside the image, found "
            "3650: shorten the rules, or have fewer",
        ),
    ],
)
def test_rules_that_do_not_fit_together_are_a_mistake(
    tmp_path: Path, changes: dict[str, Any], expected: str
) -> None:
    assert mistakes(tmp_path, changes) == [f"{PROMOTION}: {expected}"]


def test_rules_that_are_not_a_list_are_a_mistake(tmp_path: Path) -> None:
    (line,) = mistakes(tmp_path, model(promotion={"approve": "better", "rules": ACCURACY}))
    assert line.startswith(f"{PROMOTION} → rules: expected a list, found keys and values")
