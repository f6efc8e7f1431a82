"""What the prover answers to whoever invokes it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """Does the endpoint serve what the last apply asked for, and does it answer the smoke request?"""

    LIVE = "live"
    ROLLED_BACK = "rolled back"
    NOT_APPLIED = "not applied"
    SMOKE_FAILED = "smoke failed"
    FAILED = "failed"
    NOT_SETTLED = "not settled"
    NO_ENDPOINT = "no endpoint"


@dataclass(frozen=True)
class ProverAnswer:
    """`live` is the pinned key that the endpoint serves, `asked` the one that the last apply asked for.

    `rejected` are the numbers of the versions of `asked` that are rejected.
    """

    verdict: Verdict
    model: str
    live: str | None = None
    asked: str | None = None
    reason: str | None = None
    rejected: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, answer: Mapping[str, Any]) -> "ProverAnswer":
        fields = {**answer, "verdict": Verdict(answer["verdict"])}
        return cls(**fields | {"rejected": tuple(answer["rejected"])})

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"verdict": self.verdict.value, "rejected": list(self.rejected)}
