"""One log line and the CloudWatch metrics of each notice."""

from dataclasses import asdict

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambda_src.register_model.events import Notice, PackageChange
from lambda_src.register_model.result import Outcome, Result

logger = Logger()
metrics = Metrics()

_REFUSALS = {Outcome.REFUSED, Outcome.UNKNOWN_MODEL}


def report(notice: Notice, result: Result, milliseconds: float) -> None:
    log = logger.warning if result.outcome in _REFUSALS else logger.info
    log(f"Delivery: {result.outcome}", extra=notice._asdict() | asdict(result))
    if result.outcome == Outcome.NO_DELIVERY:
        return
    # A dimension must have few values, and anybody can deliver under any model name.
    metrics.add_dimension(name="model", value=result.model or "unknown")
    metrics.add_metric(name="Duration", unit=MetricUnit.Milliseconds, value=milliseconds)
    if result.outcome == Outcome.REGISTERED:
        metrics.add_metric(name="Registered", unit=MetricUnit.Count, value=1)
    if result.outcome in _REFUSALS:
        metrics.add_metric(name="Refused", unit=MetricUnit.Count, value=1)
    # After each notice, because all metrics of one flush share one model's dimension.
    metrics.flush_metrics()


def report_choice(change: PackageChange, result: Result) -> None:
    logger.info(f"Approval: {result.outcome}", extra=change._asdict() | asdict(result))


def report_failure(notice: Notice) -> None:
    logger.exception("Delivery: failed, Lambda retries it", extra=notice._asdict())
