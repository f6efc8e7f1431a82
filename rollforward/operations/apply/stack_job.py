"""One stack that is planned or applied, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rollforward.errors import RollforwardError
from rollforward.operations.prove import Proof
from rollforward.terraform.plans import Change
from rollforward.terraform.stack import Stack

WAITING, PLANNED, NO_CHANGES, APPLIED = "waiting", "planned", "no changes", "applied"
FAILED, SKIPPED, DECLINED, LATER = "failed", "skipped", "declined", "can be planned"
UNPROVEN = "applied, but not proven"
APPLIED_BUT_ROLLED_BACK = "applied, but SageMaker rolled back"
PLANNING, APPLYING, PROVING = "planning", "applying", "proving"
WAITING_FOR_THE_ENDPOINT = "waiting for the endpoint"
BUSY = (PLANNING, APPLYING, PROVING, PLANNED, WAITING_FOR_THE_ENDPOINT)
APPLIED_AGAIN = "the endpoint was still being deleted or updated: applied again after that"


@dataclass
class Job:
    """One stack and what became of it. `model` is None of the shared ones.

    `after` names those that must be applied before it; `outputs` maps those that change to (before, after).
    `note` says what else was done to finish it.
    """

    name: str
    part: str
    model: str | None
    after: tuple[str, ...]
    stack: Stack
    result: str = WAITING
    changes: Sequence[Change] = ()
    outputs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    proof: Proof | None = None
    error: str | None = None
    note: str | None = None

    @property
    def in_order(self) -> bool:
        return self.result in (PLANNED, NO_CHANGES, APPLIED)

    @property
    def ending(self) -> str:
        """The last that is told of it."""
        return self.proof.verdict if self.proof else self.result

    def give_up(self, error: RollforwardError) -> None:
        self.result = UNPROVEN if self.result in (NO_CHANGES, APPLIED) else FAILED
        self.error = str(error)
