"""What is told of each proof: one log line, and by model how often it went live and was rolled back."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambda_src.prove_model.answer import Outcome, Verdict
from lambda_src.prove_model.trial import Trial
from lambda_src.shared.announcement import Event

logger = Logger()
metrics = Metrics()

_BAD = {Verdict.ROLLED_BACK, Verdict.SMOKE_FAILED, Verdict.FAILED}
_COUNTS = {Event.LIVE: "Live", Event.ROLLED_BACK: "RolledBack"}


def report(outcome: Outcome) -> None:
    answer = outcome.answer
    log = logger.warning if answer.verdict in _BAD else logger.info
    log(f"Proof: {answer.verdict}", extra=answer.as_json())
    # What was announced, not what was found: an endpoint that scales is live each time.
    if outcome.announced in _COUNTS:
        metrics.add_dimension(name="model", value=answer.model)
        metrics.add_metric(name=_COUNTS[outcome.announced], unit=MetricUnit.Count, value=1)
        metrics.flush_metrics()


def report_watch(model: str, trial: Trial | None) -> None:
    """What the smoke request found while SageMaker rolls; None if there was nothing to find out."""
    if trial is None:
        return
    said = {"model": model, "sent": trial.sent, "share": trial.share, "failed": trial.failed}
    log = logger.warning if trial.failed else logger.info
    log("Smoke request during the roll", extra=said)


def report_foreign(event: Mapping[str, Any]) -> None:
    logger.info("Proof: no model's endpoint", extra={"endpoint": event["detail"]["EndpointName"]})


def report_untimed(event: Mapping[str, Any]) -> None:
    """An event whose start of the deployment is missing, or not understood: as SageMaker wrote it."""
    started = event["detail"]["PendingDeploymentSummary"].get("StartTime")
    logger.warning("The start of the deployment is unknown", extra={"StartTime": started})
