"""Decide whether a version is approved, refused, or waits for a person's decision."""

from collections.abc import Mapping, Set
from typing import NamedTuple

from lambda_src.register_model.model_settings import Approve, ModelSettings
from lambda_src.shared.gate import objections
from lambda_src.shared.metrics import Metrics
from lambda_src.shared.registry import Approval


class Judgement(NamedTuple):
    approval: Approval
    reason: str


def judge(
    settings: ModelSettings,
    metrics: Metrics | None,
    live: Mapping[str, float],
    decided: Set[Approval],
) -> Judgement:
    """`live` are the metrics of the live version, `decided` the approval statuses that this delivery has.

    An existing decision stays: metrics that arrive after it are recorded, but not judged.
    """
    if Approval.REJECTED in decided:
        return Judgement(Approval.REJECTED, "It was rejected before its metrics came.")
    problem = metrics.problem if metrics else None
    if Approval.APPROVED in decided or settings.approve == Approve.AUTOMATIC:
        return Judgement(
            Approval.APPROVED, f"Registered without metrics: {problem}." if problem else ""
        )
    if settings.approve == Approve.MANUAL:
        return Judgement(Approval.PENDING, "Waits for somebody to approve it.")
    if metrics is None:
        return Judgement(
            Approval.PENDING, "Waits for its metrics.json, or for somebody to approve it."
        )
    if problem:
        return Judgement(
            Approval.PENDING, f"Waits for sound metrics, or for somebody to approve it: {problem}."
        )
    if found := objections(metrics.numbers, live, settings.rules):
        return Judgement(Approval.REJECTED, f"Refused: {'; '.join(found)}.")
    against = "what is live" if live else "the absolute limits; no version is live yet"
    return Judgement(Approval.APPROVED, f"Its metrics pass the gate, against {against}.")
