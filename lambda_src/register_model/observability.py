"""What is told of each notice: one log line, and metrics by model."""

from dataclasses import asdict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambda_src.register_model.events import Notice, PackageChange
from lambda_src.register_model.outcome import Outcome, Verdict

logger = Logger()
metrics = Metrics()

_REFUSALS = {Verdict.REFUSED, Verdict.UNKNOWN_MODEL}


def report(notice: Notice, outcome: Outcome, milliseconds: float) -> None:
    log = logger.warning if outcome.verdict in _REFUSALS else logger.info
    log(f"Delivery: {outcome.verdict}", extra=_facts(notice, outcome))
    if outcome.verdict == Verdict.NO_DELIVERY:
        return
    # The dimension must have few values, so a name that anybody can deliver to is not one.
    metrics.add_dimension(name="model", value=outcome.model or "unknown")
    metrics.add_metric(name="Duration", unit=MetricUnit.Milliseconds, value=milliseconds)
    if outcome.verdict == Verdict.REGISTERED:
        metrics.add_metric(name="Registered", unit=MetricUnit.Count, value=1)
    if outcome.verdict in _REFUSALS:
        metrics.add_metric(name="Refused", unit=MetricUnit.Count, value=1)
    # After each notice: all metrics flushed together share one model's dimension.
    metrics.flush_metrics()


def report_choice(change: PackageChange, outcome: Outcome) -> None:
    logger.info(f"Approval: {outcome.verdict}", extra=change._asdict() | asdict(outcome))


def report_failure(notice: Notice) -> None:
    logger.exception("Delivery: failed, to be tried again", extra=notice._asdict())


def _facts(notice: Notice, outcome: Outcome) -> dict[str, str | None]:
    return notice._asdict() | asdict(outcome)
