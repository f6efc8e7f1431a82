"""Which model is to be proven, and who wants to know.

EventBridge says that an endpoint's state changed, possibly several times, late or out of order. So an
event is only a hint where to look, but for one thing: which deployment has begun. `rollforward prove` names
the model itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lambda_src.prove_model.deployment import Deployment
from lambda_src.prove_model.environment import Environment


@dataclass(frozen=True)
class Question:
    model: str
    asked_by_a_person: bool
    deployment: Deployment | None = None


def question(event: Mapping[str, Any], environment: Environment) -> Question | None:
    """None if the event is about an endpoint of nobody here."""
    if "model" in event:
        return Question(event["model"], asked_by_a_person=True)
    model = environment.model_of(event["detail"]["EndpointName"])
    return Question(model, False, _deployment(event["detail"])) if model else None


def _deployment(detail: Mapping[str, Any]) -> Deployment | None:
    """Only deployments of another configuration are told of, not those that scale."""
    pending = detail.get("PendingDeploymentSummary")
    if not pending:
        return None
    return Deployment(
        configuration=pending["EndpointConfigName"],
        replaced=detail["EndpointConfigName"],
        started=_milliseconds(pending["StartTime"]),
    )


def _milliseconds(time: float | str) -> int:
    """AWS's page shows other times of the event as milliseconds, and leaves this one open."""
    if isinstance(time, str) and not time.isdecimal():
        return int(datetime.fromisoformat(time).timestamp() * 1000)
    return int(time)
