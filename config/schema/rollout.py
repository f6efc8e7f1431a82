"""How a roll shifts the traffic, and when SageMaker rolls it back.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from math import ceil
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from config.schema.base import Frozen
from lambda_src.shared.sampling import CERTAIN, requests_to_reach, share_beside

AlarmName = Annotated[str, StringConstraints(min_length=1, max_length=255)]


# The time for one smoke request to a model that answers quickly, and for the pause before it.
SECONDS_A_REQUEST = 0.25
# The longest time from the start of a bake until SageMaker rolls back: 20 s for SageMaker's event and the
# prover's start, 60 s for the container's answer, two periods of the alarm, 60 s until SageMaker reads it.
SECONDS_TO_ROLL_BACK = 20 + 60 + 2 * 10 + 60


# Terraform's provider waits 60 minutes for a roll; the other 15 are for the instances to start.
PROVIDER_WAITS = "https://github.com/hashicorp/terraform-provider-aws/pull/39090"
LONGEST_MINUTES = 45


class _Rollout(Frozen):
    """What all rollouts have: a number of bakes, all of the same length."""

    # The key of the minutes of one bake.
    bake_key: ClassVar[str]

    @property
    def bakes(self) -> int:
        """The number of bakes."""
        raise NotImplementedError

    @property
    def first_step(self) -> float:
        """The share of the traffic that the new instances receive first."""
        raise NotImplementedError

    @property
    def minutes(self) -> int:
        """The minutes of all bakes."""
        return self.bakes * self._bake_minutes

    @property
    def _bake_minutes(self) -> int:
        minutes: int = getattr(self, self.bake_key)
        return minutes

    @model_validator(mode="after")
    def _lasts_long_enough(self) -> Self:
        shortest = shortest_minutes(self.first_step)
        least, most = ceil(shortest / self.bakes), LONGEST_MINUTES // self.bakes
        bakes = "its bake" if self.bakes == 1 else f"its {self.bakes} bakes"
        if self._bake_minutes < least:
            raise ValueError(
                f"expected {self.bake_key} to be {least} or more, found {self._bake_minutes}: {bakes} must "
                f"take {shortest} minutes in total, in which the prover sends the smoke request and "
                "SageMaker sees the alarm"
            )
        if self._bake_minutes > most:
            raise ValueError(
                f"expected {self.bake_key} to be {most} or less, found {self._bake_minutes}: {bakes} may "
                f"take {LONGEST_MINUTES} minutes in total, because Terraform's provider waits 60 minutes "
                f"for the whole roll: {PROVIDER_WAITS}"
            )
        return self


class AllAtOnce(_Rollout):
    """Shifts all traffic at once. The old instances keep running while the new ones bake."""

    kind: Literal["all-at-once"]
    bake_minutes: int = Field(default=5, ge=0, le=60)

    bake_key: ClassVar[str] = "bake_minutes"

    @property
    def bakes(self) -> int:
        return 1

    @property
    def first_step(self) -> float:
        return 1


class Canary(_Rollout):
    """Shifts a part of the traffic first, and the rest after a bake."""

    kind: Literal["canary"]
    percent: int = Field(ge=1, le=50)
    bake_minutes: int = Field(default=10, ge=0, le=60)

    bake_key: ClassVar[str] = "bake_minutes"

    @property
    def bakes(self) -> int:
        return 2

    @property
    def first_step(self) -> float:
        return self.percent / 100


class Linear(_Rollout):
    """Shifts the traffic in equal steps, with a bake after each."""

    kind: Literal["linear"]
    step_percent: int = Field(ge=10, le=50)
    interval_minutes: int = Field(default=5, ge=0, le=60)

    bake_key: ClassVar[str] = "interval_minutes"

    @property
    def bakes(self) -> int:
        return ceil(100 / self.step_percent)

    @property
    def first_step(self) -> float:
        return self.step_percent / 100


class Rolling(_Rollout):
    """Replaces the instances batch by batch, without a second fleet."""

    kind: Literal["rolling"]
    batch_percent: int = Field(ge=5, le=50)
    interval_minutes: int = Field(default=5, ge=0, le=60)

    bake_key: ClassVar[str] = "interval_minutes"

    @property
    def bakes(self) -> int:
        return ceil(100 / self.batch_percent)

    @property
    def first_step(self) -> float:
        return self.batch_percent / 100


Rollout = Annotated[AllAtOnce | Canary | Linear | Rolling, Field(discriminator="kind")]


def shortest_minutes(first_step: float) -> int:
    """The shortest total bake, in minutes, in which a failed smoke request rolls the rollout back.

    `first_step` is the share of the traffic that the new instances receive first.
    """
    requests = requests_to_reach(share_beside(first_step), CERTAIN)
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
