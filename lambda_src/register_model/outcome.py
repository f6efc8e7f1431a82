"""What became of a notice."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
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
class Outcome:
    verdict: Verdict
    model: str | None = None
    reason: str | None = None
    pinned: str | None = None


class NotListedYet(Exception):
    """The registry does not show what was just recorded; choosing now could miss it."""
