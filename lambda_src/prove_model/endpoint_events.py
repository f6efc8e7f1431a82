"""Which model is to be proven, and who wants to know.

EventBridge says that an endpoint's state changed, possibly several times, late or out of order. So an
event is only a hint where to look. `rollforward prove` names the model itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambda_src.prove_model.environment import Environment


@dataclass(frozen=True)
class Question:
    model: str
    asked_by_a_person: bool


def question(event: Mapping[str, Any], environment: Environment) -> Question | None:
    """None if the event is about an endpoint of nobody here."""
    if "model" in event:
        return Question(event["model"], asked_by_a_person=True)
    model = environment.model_of(event["detail"]["EndpointName"])
    return Question(model, asked_by_a_person=False) if model else None
