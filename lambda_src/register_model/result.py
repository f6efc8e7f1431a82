"""What the registrar did about one event."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    REGISTERED = "registered"
    WAITING = "waiting for approval"
    ALREADY_REGISTERED = "already registered"
    REFUSED = "refused"
    UNKNOWN_MODEL = "unknown model"
    GONE = "gone"
    NO_DELIVERY = "no delivery"
    EARLY_METRICS = "metrics of a model to come"
    CHOSEN = "chosen anew"


@dataclass(frozen=True)
class Result:
    """`pinned` is the key of the pinned copy, if the event led to one."""

    outcome: Outcome
    model: str | None = None
    reason: str | None = None
    pinned: str | None = None
