"""Real-time endpoints: they answer at once, from instances that run all the time."""

from typing import Literal

from pydantic import Field, model_validator

from config.instance_types import is_inf1
from config.schema.base import Frozen
from config.schema.scaling import Instances, Scaling
from config.schema.serving.aws_pages import EXCLUSIONS, ONE_SHADOW, SHADOW_TESTS
from config.schema.serving.on_instances import ServedOnInstances
from config.schema.variants import Shadow


class Capture(Frozen):
    """Keeps `percent` of the requests and their answers in the model bucket, for `keep_days` days."""

    percent: int = Field(ge=1, le=100)
    keep_days: int = Field(default=30, ge=1, le=3650)


class RealTime(ServedOnInstances):
    """Answers at once, from instances that run all the time."""

    kind: Literal["realtime"]
    instances: Instances
    scaling: Scaling = Scaling()
    capture: Capture | None = None
    shadow: Shadow | None = None

    @property
    def shadows(self) -> list[Shadow]:
        return [self.shadow] if self.shadow else []

    @model_validator(mode="after")
    def _shadow_is_allowed(self) -> "RealTime":
        if self.shadow and is_inf1(self.instance_type):
            raise ValueError(f"{self.instance_type} takes no shadow: {SHADOW_TESTS}")
        if self.shadow and self.variants:
            raise ValueError(f"a shadow goes with the primary variant alone: {ONE_SHADOW}")
        if self.shadow and self.rollout.kind == "rolling":
            raise ValueError(
                f"a rolling rollout takes no shadow beside its one variant: {EXCLUSIONS}"
            )
        return self
