"""Which model is to be proven, and who wants to know.

EventBridge says that an endpoint's state changed, possibly several times, late or out of order. So an
event is only a hint where to look, but for one thing: which deployment has begun. `rollforward prove` names
the model itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lambda_src.prove_model.deployment import Deployment
from lambda_src.prove_model.environment import Environment

# As seconds, this number is a time in the year 5138; as milliseconds, one in 1973.
_LEAST_MILLISECONDS = 10**11


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
    return Question(model, False, _deployment(event)) if model else None


def _deployment(event: Mapping[str, Any]) -> Deployment | None:
    """Only deployments of another configuration are told of, not those that scale.

    SageMaker may leave StartTime out, and documents no format of it in events.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PendingDeploymentSummary.html
    """
    detail = event["detail"]
    pending = detail.get("PendingDeploymentSummary")
    if not pending:
        return None
    started = _milliseconds(pending.get("StartTime"))
    told = _milliseconds(detail.get("LastModifiedTime")) or _milliseconds(event.get("time")) or 0
    return Deployment(
        configuration=pending["EndpointConfigName"],
        replaced=detail["EndpointConfigName"],
        started=started or told,
        timed=started is not None,
    )


def _milliseconds(time: object) -> int | None:
    """Of milliseconds or seconds since 1970, or a time in ISO 8601; None if it is neither."""
    text = str(time)
    try:
        number = float(text)
    except ValueError:
        try:
            found = datetime.fromisoformat(text)
            return round(found.replace(tzinfo=found.tzinfo or UTC).timestamp() * 1000)
        except (ValueError, OverflowError):
            return None
    try:
        return round(number if number >= _LEAST_MILLISECONDS else number * 1000)
    except (ValueError, OverflowError):
        return None
