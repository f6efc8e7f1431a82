"""How a model is served.

Every refusal names AWS's rule and the page where it stands: the same words come from SageMaker after minutes
of an apply, if at all.
"""

import re
from typing import Literal

from pydantic import Field, model_validator

from config.rollout import AllAtOnce, Rollback, Rollout
from config.scaling import Instances, Scaling
from config.schema import Frozen, InstanceType

BLUE_GREEN = "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html"
STORAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/host-instance-storage.html"
# Families with disks of their own: `d` for disk, and most accelerated ones.
OWN_DISKS = re.compile(r"ml\.([a-z]+\d[a-z]*d[a-z]*|g[456]\w*|p4\w*|p5\w*)\.")


class RealTime(Frozen):
    """Answers at once, from instances that run all the time."""

    kind: Literal["realtime"]
    instance_type: InstanceType
    instances: Instances
    scaling: Scaling = Scaling()
    rollout: Rollout = AllAtOnce(kind="all-at-once")
    rollback: Rollback = Rollback()
    startup_timeout_seconds: int | None = Field(default=None, ge=60, le=3600)
    volume_gb: int | None = Field(default=None, ge=1, le=512)
    workers: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _volume_fits(self) -> "RealTime":
        if self.volume_gb and OWN_DISKS.match(self.instance_type):
            raise ValueError(
                f"volume_gb does not go with {self.instance_type}, which has disks of its own: {STORAGE}"
            )
        return self

    @model_validator(mode="after")
    def _steps_fit_the_fleet(self) -> "RealTime":
        if self.rollout.kind != "all-at-once" and self.instances.min < 2:
            raise ValueError(
                f"a {self.rollout.kind} rollout needs at least 2 instances, found {self.instances.min}: "
                f"a step takes at most half of them: {BLUE_GREEN}"
            )
        return self
