"""How a roll shifts the traffic, and when SageMaker rolls it back.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from math import ceil
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints

from config.schema.base import Frozen
from lambda_src.shared.sampling import CERTAIN, requests_to_reach, share_beside

AlarmName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


# The time for one smoke request to a model that answers quickly, and for the pause before it.
SECONDS_A_REQUEST = 0.25
# The longest time from the start of a bake until SageMaker rolls back: 20 s for SageMaker's event and the
# prover's start, 60 s for the container's answer, two periods of the alarm, 60 s until SageMaker reads it.
SECONDS_TO_ROLL_BACK = 20 + 60 + 2 * 10 + 60


class AllAtOnce(Frozen):
    """Shifts all traffic at once. The old instances keep running while the new ones bake."""

    kind: Literal["all-at-once"]
    bake_minutes: int = Field(default=5, ge=0, le=60)

    first_step: ClassVar[float] = 1

    @property
    def minutes(self) -> int:
        return self.bake_minutes


class Canary(Frozen):
    """Shifts a part of the traffic first, and the rest after a bake."""

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
    """Shifts the traffic in equal steps, with a bake after each."""

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
    """Replaces the instances batch by batch, without a second fleet."""

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
    """The shortest total bake, in minutes, in which a failed smoke request rolls the rollout back."""
    requests = requests_to_reach(share_beside(rollout.first_step), CERTAIN)
    return ceil((SECONDS_TO_ROLL_BACK + requests * SECONDS_A_REQUEST) / 60)


class Rollback(Frozen):
    """When SageMaker rolls back: the thresholds of the stack's alarms, and the names of your own alarms."""

    errors_5xx_percent: int = Field(default=5, ge=1, le=100)
    # AWS's container for HuggingFace answers 400 for every error of a model: decision 17.
    errors_4xx_percent: int = Field(default=50, ge=1, le=100)
    # The default is 10 seconds, and 15 minutes for asynchronous endpoints.
    latency_p99_ms: int | None = Field(default=None, ge=1)
    # AWS allows ten alarms, and four of them are the stack's.
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AutoRollbackConfig.html
    alarms: list[AlarmName] = Field(default=[], max_length=6)
