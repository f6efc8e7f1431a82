"""How a model is served.

Every refusal names AWS's rule and the page where it stands: the same words come from SageMaker after minutes
of an apply, if at all.
"""

import re
from typing import Annotated, Literal

from pydantic import Field, model_validator

from config.rollout import AllAtOnce, Rollback, Rollout
from config.scaling import Instances, Scaling
from config.schema import Frozen, InstanceType

BLUE_GREEN = "https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html"
SERVERLESS = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"
STORAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/host-instance-storage.html"
PROVIDER_WAITS = "https://github.com/hashicorp/terraform-provider-aws/pull/39090"
# The rest of the hour is for instances to start.
LONGEST_ROLLOUT_MINUTES = 45
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
    def _ends_before_terraform_gives_up(self) -> "RealTime":
        if self.rollout.minutes > LONGEST_ROLLOUT_MINUTES:
            raise ValueError(
                f"the {self.rollout.kind} rollout bakes for {self.rollout.minutes} minutes in all, expected "
                f"at most {LONGEST_ROLLOUT_MINUTES}: Terraform's provider waits 60: {PROVIDER_WAITS}"
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


class Serverless(Frozen):
    """Costs nothing while idle, and starts in seconds when a request comes. One model, one variant."""

    kind: Literal["serverless"]
    memory_mb: int
    max_concurrency: int = Field(ge=1, le=200)
    workers: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="before")
    @classmethod
    def _only_what_it_can(cls, said: object) -> object:
        """Better than "unknown key": these are known, and AWS has no such thing here."""
        others = RealTime.model_fields.keys() - cls.model_fields.keys()
        if isinstance(said, dict) and (found := sorted(said.keys() & others)):
            raise ValueError(
                f"a serverless endpoint has no {', '.join(found)}: there are no instances of yours, and "
                f"SageMaker shifts its traffic at once: {SERVERLESS}"
            )
        return said

    @model_validator(mode="after")
    def _memory_in_steps(self) -> "Serverless":
        if self.memory_mb not in range(1024, 6145, 1024):
            raise ValueError(
                "expected memory_mb to be 1024, 2048, 3072, 4096, 5120 or 6144, "
                f"found {self.memory_mb}: {SERVERLESS}"
            )
        return self


Serving = Annotated[RealTime | Serverless, Field(discriminator="kind")]
