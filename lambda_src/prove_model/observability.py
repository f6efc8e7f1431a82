"""One log line of each proof, and how often each model went live and was rolled back."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from lambda_src.prove_model.finding import Finding
from lambda_src.prove_model.trial import Trial
from lambda_src.shared.announcement import Event
from lambda_src.shared.prover_answer import Verdict

logger = Logger()
metrics = Metrics()

_BAD = {Verdict.ROLLED_BACK, Verdict.SMOKE_FAILED, Verdict.FAILED}
_COUNTS = {Event.LIVE: "Live", Event.ROLLED_BACK: "RolledBack"}


def report(finding: Finding) -> None:
    answer = finding.answer
    log = logger.warning if answer.verdict in _BAD else logger.info
    log(f"Proof: {answer.verdict}", extra=answer.as_json())
    # Announcements are counted, not verdicts: an endpoint that scales is found live each time.
    if finding.announced in _COUNTS:
        metrics.add_dimension(name="model", value=answer.model)
        metrics.add_metric(name=_COUNTS[finding.announced], unit=MetricUnit.Count, value=1)
        metrics.flush_metrics()


def report_watch(model: str, trial: Trial | None) -> None:
    """The result of the smoke requests during the roll; `trial` is None if there is no result."""
    if trial is None:
        return
    extra = {"model": model, "sent": trial.sent, "share": trial.share, "failed": trial.has_failed}
    log = logger.warning if trial.has_failed else logger.info
    log("Smoke request during the roll", extra=extra)


def report_foreign(event: Mapping[str, Any]) -> None:
    logger.info("Proof: no model's endpoint", extra={"endpoint": event["detail"]["EndpointName"]})


def report_untimed(event: Mapping[str, Any]) -> None:
    """An event without a readable start time of the deployment; the log shows it as SageMaker sent it."""
    started = event["detail"]["PendingDeploymentSummary"].get("StartTime")
    logger.warning("The start of the deployment is unknown", extra={"StartTime": started})
