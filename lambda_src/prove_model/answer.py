"""What the prover answers, and what it told subscribers on the way."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from lambda_src.shared.announcement import Event


class Verdict(StrEnum):
    LIVE = "live"
    ROLLED_BACK = "rolled back"
    SMOKE_FAILED = "smoke failed"
    FAILED = "failed"
    NOT_SETTLED = "not settled"
    NO_ENDPOINT = "no endpoint"


@dataclass(frozen=True)
class Answer:
    """`live` and `asked` are pinned keys, `rejected` the versions that are rejected by now."""

    verdict: Verdict
    model: str
    live: str | None = None
    asked: str | None = None
    reason: str | None = None
    rejected: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"verdict": self.verdict.value, "rejected": list(self.rejected)}


@dataclass(frozen=True)
class Outcome:
    answer: Answer
    announced: Event | None = None
