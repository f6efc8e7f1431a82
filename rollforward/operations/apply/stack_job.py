"""One stack that is planned or applied, and the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rollforward.errors import RollforwardError
from rollforward.operations.prove import Proof
from rollforward.target import Target
from rollforward.terraform.plans import Change
from rollforward.terraform.stack import Stack

# What a stack is doing. A detail may follow in a message.
PLANNING, APPLYING, PROVING = "planning", "applying", "proving"
WAITING_FOR_THE_ENDPOINT = "waiting for the endpoint"
# Results.
WAITING, PLANNED, NO_CHANGES, APPLIED = "waiting", "planned", "no changes", "applied"
FAILED, SKIPPED, DECLINED, LATER = "failed", "skipped", "declined", "can be planned"
UNPROVEN = "applied, but not proven"
APPLIED_BUT_ROLLED_BACK = "applied, but SageMaker rolled back"

BUSY = (PLANNING, APPLYING, PROVING, PLANNED, WAITING_FOR_THE_ENDPOINT)
APPLIED_AGAIN = "the endpoint was still being deleted or updated: applied again after that"


@dataclass
class StackJob:
    """A stack to plan or apply, and the result.

    `part` is the stack's name without the environment. `target` is the model whose endpoint is in the stack,
    None for a shared stack. `after` names the stacks that must be applied before this one. `outputs` maps
    each output that changes to (before, after). `note` says what else was done to finish the apply.
    """

    name: str
    part: str
    target: Target | None
    after: tuple[str, ...]
    stack: Stack
    result: str = WAITING
    changes: Sequence[Change] = ()
    outputs: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    proof: Proof | None = None
    error: str | None = None
    note: str | None = None

    @property
    def succeeded(self) -> bool:
        return self.result in (PLANNED, NO_CHANGES, APPLIED)

    @property
    def outcome(self) -> str:
        """The verdict of the proof; without a proof, the result."""
        return self.proof.verdict.value if self.proof else self.result

    def fail(self, error: RollforwardError) -> None:
        self.result = UNPROVEN if self.result in (NO_CHANGES, APPLIED) else FAILED
        self.error = str(error)
