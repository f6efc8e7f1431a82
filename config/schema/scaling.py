"""How the number of instances follows the load and a schedule."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, model_validator

from config.schema.base import Frozen
from config.schema.cron import require_cron
from config.schema.rules import listed

# https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
Cron = Annotated[str, AfterValidator(require_cron)]
# A machine without time zone data, such as a small container, has no list: nothing is checked there.
TimeZone = Annotated[
    str, listed(cache(available_timezones), "an IANA time zone, such as Europe/Berlin")
]


class _Bounds(Frozen):
    min: int
    max: int

    @model_validator(mode="after")
    def _ordered(self) -> "_Bounds":
        if self.max < self.min:
            raise ValueError(f"expected max to be at least min ({self.min}), found {self.max}")
        return self


class Instances(_Bounds):
    """The number of instances of an endpoint. Autoscaling keeps it between `min` and `max`."""

    min: int = Field(ge=1, le=100)
    max: int = Field(ge=1, le=100)


class InstancesOrNone(_Bounds):
    """As `Instances`; the endpoint can scale in to no instances."""

    min: int = Field(ge=0, le=100)
    max: int = Field(ge=1, le=100)


class Cooldowns(Frozen):
    scale_in_cooldown_seconds: int = Field(default=300, ge=0, le=3600)
    scale_out_cooldown_seconds: int = Field(default=60, ge=0, le=3600)


class CpuScaling(Cooldowns):
    """Tracks CPU utilization, in percent of the whole instance, whatever its number of vCPUs."""

    target_percent: int = Field(default=70, ge=10, le=90)


class InvocationScaling(Cooldowns):
    """Tracks invocations per instance and minute."""

    target_per_minute: int = Field(ge=1)


class BacklogScaling(Cooldowns):
    """Tracks waiting requests per instance."""

    target_per_instance: int = Field(default=5, ge=1)


class ProvisionedConcurrency(Cooldowns, _Bounds):
    """The number of warm containers of a serverless endpoint: scaled by their utilization.

    https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html
    """

    min: int = Field(ge=1, le=200)
    max: int = Field(ge=1, le=200)
    target_percent: int = Field(default=70, ge=10, le=90)


class ScheduledCapacity(_Bounds):
    """At the times of `cron`, `min` and `max` become the bounds of scaling."""

    cron: Cron
    timezone: TimeZone = "UTC"
    min: int = Field(ge=1, le=100)
    max: int = Field(ge=1, le=100)


class Scaling(Frozen):
    """Any of the three, also together: Application Auto Scaling uses the highest number of instances."""

    cpu: CpuScaling | None = CpuScaling()
    invocations: InvocationScaling | None = None
    schedule: list[ScheduledCapacity] = Field(default=[], max_length=20)
