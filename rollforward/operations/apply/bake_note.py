"""Describes the roll that a plan would start: how long it bakes, and when the smoke request is sent."""

from collections.abc import Iterable

from config.addresses import ENDPOINT_TYPE
from config.instance_types import is_inf1
from config.schema.serving import Async, RealTime, Serverless, Serving
from rollforward.terraform.plans import Change


def bake_note(serving: Serving, changes: Iterable[Change]) -> str | None:
    """A sentence or two; None if the endpoint does not change, or is deleted."""
    actions = [
        change.actions for change in changes if change.address.startswith(f"{ENDPOINT_TYPE}.")
    ]
    if not actions or actions[0] == ("delete",):
        return None
    if actions[0] != ("update",):
        return _sent_after_apply("SageMaker cannot roll back a new endpoint")
    if isinstance(serving, Serverless):
        return _sent_after_apply("a serverless endpoint rolls without a bake")
    if _has_inf1(serving):
        return _sent_after_apply("an endpoint on Inf1 instances rolls without a bake")
    bakes = f"The roll bakes for {serving.rollout.minutes} minutes."
    if isinstance(serving, Async) and serving.variants:
        several = "before that, any variant of the asynchronous endpoint may answer it"
        return f"{bakes} {_sent_after_apply(several)}"
    return f"{bakes} If the version fails its smoke request during the bake, SageMaker rolls back."


def _has_inf1(serving: RealTime | Async) -> bool:
    """Whether SageMaker rolls the endpoint without a bake, and sends no events about its deployments.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
    """
    fleets = [serving, *serving.variants.values(), *serving.shadows]
    return any(is_inf1(fleet.instance_type or "") for fleet in fleets)


def _sent_after_apply(reason: str) -> str:
    return f"The smoke request is sent after the apply: {reason}."
