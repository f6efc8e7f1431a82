"""What one run of the prover led to."""

from dataclasses import dataclass

from lambda_src.shared.announcement import Event
from lambda_src.shared.prover_answer import ProverAnswer


@dataclass(frozen=True)
class Finding:
    """`announced` is None if subscribers received no announcement."""

    answer: ProverAnswer
    announced: Event | None = None
