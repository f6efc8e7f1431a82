"""What the subscribers of the environment's topic receive."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Event(StrEnum):
    REGISTERED = "registered"
    REFUSED = "refused"
    WAITING = "waiting for approval"
    LIVE = "live"
    ROLLED_BACK = "rolled back"
    FAILED = "failed"


@dataclass(frozen=True)
class Announcement:
    """`version` is the number in the model registry, `key` the pinned key; None if there is none."""

    event: Event
    model: str
    version: int | None
    reason: str
    key: str | None


class Announcer(Protocol):
    def announce(self, announcement: Announcement) -> None:
        """Send to every subscriber."""
