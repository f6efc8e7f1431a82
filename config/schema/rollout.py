"""How a roll shifts the traffic, and what rolls it back.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from math import ceil
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from config.schema.base import Frozen
from lambda_src.shared.sampling import CERTAIN, requests_to_reach, share_beside

AlarmName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


# Of a model that answers quickly, with the pause before it.
SECONDS_A_REQUEST = 0.25
# From the start of a bake to a roll back, at worst: SageMaker's event and the prover's start, the minute that
# a container has for its answer, two periods of the alarm, and SageMaker's next look at it.
SECONDS_TO_ROLL_BACK = 20 + 60 + 2 * 10 + 60


class AllAtOnce(Frozen):
    """All traffic at once; the old instances stand by while the new ones bake."""

    kind: Literal["all-at-once"]
    bake_minutes: int = Field(default=5, ge=0, le=60)

    first_step: ClassVar[float] = 1

    @property
    def minutes(self) -> int:
        return self.bake_minutes


class Canary(Frozen):
    """A part of the new instances first; the rest once they have baked."""

    kind: Literal["canary"]
    percent: int = Field(ge=1, le=50)
    bake_minutes: int = Field(default=10, ge=0, le=60)

    @property
    def first_step(self) -> float:
        return self.percent / 100

    @property
    def minutes(self) -> int:
        return 2 * self.bake_minutes


class Linear(Frozen):
    """In equal steps, with a bake after each."""

    kind: Literal["linear"]
    step_percent: int = Field(ge=10, le=50)
    interval_minutes: int = Field(default=5, ge=0, le=60)

    @property
    def first_step(self) -> float:
        return self.step_percent / 100

    @property
    def minutes(self) -> int:
        return ceil(100 / self.step_percent) * self.interval_minutes


class Rolling(Frozen):
    """Batch by batch, with no second fleet beside the first."""

    kind: Literal["rolling"]
    batch_percent: int = Field(ge=5, le=50)
    interval_minutes: int = Field(default=5, ge=0, le=60)

    @property
    def first_step(self) -> float:
        return self.batch_percent / 100

    @property
    def minutes(self) -> int:
        return ceil(100 / self.batch_percent) * self.interval_minutes


Rollout = Annotated[AllAtOnce | Canary | Linear | Rolling, Field(discriminator="kind")]


def shortest_minutes(rollout: Rollout) -> int:
    """The shortest time that a rollout may bake in all, so that a failed smoke request rolls it back."""
    requests = requests_to_reach(share_beside(rollout.first_step), CERTAIN)
    return ceil((SECONDS_TO_ROLL_BACK + requests * SECONDS_A_REQUEST) / 60)


class Rollback(Frozen):
    """What sends a roll back: the alarms that the stack makes, and any of one's own, by name."""

    errors_5xx_percent: int = Field(default=5, ge=1, le=100)
    # AWS's container for HuggingFace answers 400 whatever goes wrong in a model: decision 17.
    errors_4xx_percent: int = Field(default=50, ge=1, le=100)
    # By default 10 seconds, and 15 minutes where requests are asynchronous.
    latency_p99_ms: int | None = Field(default=None, ge=1)
    # Ten at most, four of them the stack's.
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoRollbackConfig.html
    alarms: list[AlarmName] = Field(default=[], max_length=6)
