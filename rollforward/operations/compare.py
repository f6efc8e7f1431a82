"""Compares two versions of a model, and applies the gate to the second as if the first were live."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from config.schema.promotion import Promotion
from lambda_src.shared.gate import Rule, objections
from rollforward.errors import UsageError
from rollforward.operations.history import Version, find_version

GATE = "better"


@dataclass(frozen=True)
class Difference:
    """A metric of both versions. `difference` is b - a, None if one version does not have the metric."""

    metric: str
    a: float | None
    b: float | None
    difference: float | None


@dataclass(frozen=True)
class Comparison:
    """`gate` is how the model's versions are approved. `objections` is empty unless the gate is `better`."""

    a: Version
    b: Version
    metrics: list[Difference]
    gate: str
    objections: list[str]


def compare(
    promotion: Promotion, versions: Sequence[Version], model: str, a: int, b: int
) -> Comparison:
    """Raises RollforwardError if one of the versions does not exist."""
    first, second = (find_version(versions, model, number) for number in (a, b))
    before, after = _metrics(versions, first), _metrics(versions, second)
    rules = rules_of(promotion)
    leading = [rule.metric for rule in rules]
    return Comparison(
        a=first,
        b=second,
        metrics=[
            _difference(name, before.get(name), after.get(name))
            for name in ordered(before | after, leading)
        ],
        gate=promotion.approve,
        objections=objections(after, before, rules),
    )


def series(versions: Sequence[Version], metric: str) -> list[tuple[int, float]]:
    """The values of a metric as (version number, value), for every version that has it.

    Raises UsageError, naming the existing metrics, if no version has it.
    """
    found = [(one.number, one.metrics[metric]) for one in versions if metric in one.metrics]
    if not found:
        known = sorted({name for one in versions for name in one.metrics})
        raise UsageError(f"no version has a metric {metric!r}; the versions have: {_listed(known)}")
    return sorted(found)


def rules_of(promotion: Promotion) -> list[Rule]:
    return [Rule(**rule.model_dump()) for rule in promotion.rules]


def ordered(metrics: dict[str, float], leading: Sequence[str]) -> list[str]:
    """The names of the metrics: those of `leading` first, then the others by name."""
    first = [name for name in dict.fromkeys(leading) if name in metrics]
    return [*first, *sorted(metrics.keys() - set(first))]


def _metrics(versions: Sequence[Version], of: Version) -> dict[str, float]:
    """The metrics of any version with the same key, as the registrar reads them."""
    if of.metrics or of.key is None:
        return of.metrics
    return next((one.metrics for one in versions if one.key == of.key and one.metrics), {})


def _difference(metric: str, a: float | None, b: float | None) -> Difference:
    # Decimal, because in binary 0.92 - 0.91 is not 0.01.
    exact = None if a is None or b is None else float(Decimal(str(b)) - Decimal(str(a)))
    return Difference(metric, a, b, exact)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"
