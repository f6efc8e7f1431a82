"""The gate: are a version's metrics good enough to go live?

A rule is about one metric. Its comparison with the live version applies only if a live version has the
metric; its floor and its ceiling always apply.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

# Characters: a description has room for 1,024, and the numbers of other rules come first.
_MAX_LISTED = 200


@dataclass(frozen=True)
class Rule:
    """Requires a value strictly better than the live one; `tolerance` allows it to be that much worse.

    Without a `direction`, only `floor` and `ceiling` apply. All of them are in the metric's own unit.
    """

    metric: str
    direction: Literal["higher", "lower"] | None = None
    tolerance: float | None = None
    floor: float | None = None
    ceiling: float | None = None


def objections(
    metrics: Mapping[str, float], live: Mapping[str, float], rules: Sequence[Rule]
) -> list[str]:
    """The rules that a version violates, each with both numbers; empty if the version passes.

    `live` are the metrics of the live version; empty if there is none.
    """
    found: list[str] = []
    missing = [rule.metric for rule in rules if rule.metric not in metrics]
    for rule in rules:
        if rule.metric not in missing:
            found += _objections(metrics, live, rule)
        else:
            # The list of names is long, so only the first objection has it.
            names = f"; they have {listed(sorted(metrics))}" if rule.metric == missing[0] else ""
            found.append(_lacks(rule.metric, metrics) + names)
    return found


def _objections(
    metrics: Mapping[str, float], live: Mapping[str, float], rule: Rule
) -> Iterator[str]:
    value = metrics[rule.metric]
    prefix = f"{rule.metric} is {value}"
    if rule.floor is not None and value < rule.floor:
        yield f"{prefix}, below the floor of {rule.floor}"
    if rule.ceiling is not None and value > rule.ceiling:
        yield f"{prefix}, above the ceiling of {rule.ceiling}"
    if rule.direction is None or rule.metric not in live:
        return
    before = live[rule.metric]
    worse_by = _exact(before) - _exact(value)
    if rule.direction == "lower":
        worse_by = -worse_by
    if rule.tolerance is None and worse_by >= 0:
        yield f"{prefix}, and must be {rule.direction} than {before}, which is live"
    elif rule.tolerance is not None and worse_by > _exact(rule.tolerance):
        yield f"{prefix}, worse than {before}, which is live, by more than {rule.tolerance}"


def _lacks(name: str, metrics: Iterable[str]) -> str:
    folded = {metric.casefold(): metric for metric in metrics}
    nested = [metric for key, metric in folded.items() if _last(key) == _last(name.casefold())]
    close = [folded[match] for match in get_close_matches(name.casefold(), folded)]
    similar = list(dict.fromkeys([*nested, *close]))
    hint = f" (similar: {listed(similar)})" if similar else ""
    # Text is not a number: {"accuracy": "0.95"} has no number accuracy.
    return f"its metrics have no number {name}, which a rule needs{hint}"


def _last(name: str) -> str:
    """`f1` of `evaluation.f1`."""
    return name.rpartition(".")[2]


def listed(names: Sequence[str]) -> str:
    """As many names as fit into _MAX_LISTED characters, and the number of the remaining names."""
    fitting = 0
    length = 0
    for name in names:
        length += len(name) + len(", ")
        if length > _MAX_LISTED:
            break
        fitting += 1
    more = [f"{len(names) - fitting} more"] if fitting < len(names) else []
    return ", ".join([*names[:fitting], *more]) or "none"


def _exact(number: float) -> Decimal:
    """The number in decimal, as it was written: in binary, 0.9 is more than 0.01 below 0.91."""
    return Decimal(str(number))
