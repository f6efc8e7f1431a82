"""How a model is served.

Every refusal names AWS's rule and the page where it stands: the same words come from SageMaker after minutes
of an apply, if at all.
"""

import re
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from config.schema.base import Frozen, InstanceType, Name
from config.schema.rollout import AllAtOnce, Rollback, Rollout, shortest_minutes
from config.schema.scaling import (
    BacklogScaling,
    Instances,
    InstancesOrNone,
    ProvisionedConcurrency,
    Scaling,
)
from config.schema.variant import PRIMARY, SHADOW, Shadow, Variant

PAGES = "https://docs.aws.amazon.com/sagemaker/latest"
BLUE_GREEN = f"{PAGES}/dg/deployment-guardrails-blue-green.html"
EXCLUSIONS = f"{PAGES}/dg/deployment-guardrails-exclusions.html"
SERVERLESS = f"{PAGES}/dg/serverless-endpoints.html"
SHADOW_TESTS = f"{PAGES}/dg/shadow-tests-exclusions.html"
ONE_SHADOW = f"{PAGES}/dg/model-shadow-deployment.html"
SCALING = f"{PAGES}/dg/endpoint-auto-scaling-prerequisites.html"
CAPTURE = f"{PAGES}/dg/model-monitor-data-capture.html"
STORAGE = f"{PAGES}/dg/host-instance-storage.html"
PROVIDER_WAITS = "https://github.com/hashicorp/terraform-provider-aws/pull/39090"
# The rest of the hour is for instances to start.
LONGEST_ROLLOUT_MINUTES = 45
# Families with disks of their own: `d` for disk, and most accelerated ones.
OWN_DISKS = re.compile(r"ml\.([a-z]+\d[a-z]*d[a-z]*|g[4-9]\w*|gr\d\w*|p[4-9]\w*|trn\d\w*)\.")

Subnet = Annotated[str, StringConstraints(pattern=r"^subnet-[0-9a-f]+$")]
SecurityGroup = Annotated[str, StringConstraints(pattern=r"^sg-[0-9a-f]+$")]
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
# Terraform's variable of it starts with a letter.
VariantName = Annotated[Name, StringConstraints(max_length=63, pattern=r"^[a-z]")]


class Network(Frozen):
    """Where in a VPC of yours the instances are.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html
    """

    subnets: list[Subnet] = Field(min_length=1, max_length=16)
    security_groups: list[SecurityGroup] = Field(min_length=1, max_length=5)


class Capture(Frozen):
    """Keeps that share of the requests and their answers in the model bucket, for so many days."""

    percent: int = Field(ge=1, le=100)
    keep_days: int = Field(default=30, ge=1, le=3650)


class _OnInstances(Frozen):
    """What real-time and asynchronous endpoints have in common."""

    instance_type: InstanceType
    instances: Instances | InstancesOrNone
    rollout: Rollout = AllAtOnce(kind="all-at-once")
    rollback: Rollback = Rollback()
    startup_timeout_seconds: int | None = Field(default=None, ge=60, le=3600)
    volume_gb: int | None = Field(default=None, ge=1, le=512)
    workers: int | None = Field(default=None, ge=1, le=100)
    network: Network | None = None
    # The container reaches nobody: SageMaker brings it the model and the requests.
    isolated: bool = True
    _usual_latency_ms: ClassVar[int] = 10_000
    # AWS allows ten, and one is the primary.
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    variants: dict[VariantName, Variant] = Field(default={}, max_length=9)

    @field_validator("variants")
    @classmethod
    def _share_the_traffic(cls, variants: dict[str, Variant]) -> dict[str, Variant]:
        if taken := sorted({PRIMARY, SHADOW} & variants.keys()):
            raise ValueError(
                f"{' and '.join(taken)} can't be the name of a variant beside the model"
            )
        total = sum(variant.traffic_percent for variant in variants.values())
        if total > 100:
            raise ValueError(f"expected at most 100 percent of the traffic in all, found {total}")
        return variants

    @property
    def latency_p99_ms(self) -> int:
        return self.rollback.latency_p99_ms or self._usual_latency_ms

    @field_validator("instance_type")
    @classmethod
    def _can_scale(cls, instance_type: str) -> str:
        if re.match(r"ml\.t\d", instance_type):
            raise ValueError(f"{instance_type} is burstable, and can not be scaled: {SCALING}")
        return instance_type

    @model_validator(mode="after")
    def _volume_fits(self) -> "_OnInstances":
        if self.volume_gb and OWN_DISKS.match(self.instance_type):
            raise ValueError(
                f"volume_gb does not go with {self.instance_type}, which has disks of its own: {STORAGE}"
            )
        return self

    @model_validator(mode="after")
    def _ends_before_terraform_gives_up(self) -> "_OnInstances":
        if self.rollout.minutes > LONGEST_ROLLOUT_MINUTES:
            raise ValueError(
                f"the {self.rollout.kind} rollout bakes for {self.rollout.minutes} minutes in all, expected "
                f"at most {LONGEST_ROLLOUT_MINUTES}: Terraform's provider waits 60: {PROVIDER_WAITS}"
            )
        return self

    @model_validator(mode="after")
    def _bakes_until_a_failure_is_seen(self) -> "_OnInstances":
        if self.rollout.minutes < (needed := shortest_minutes(self.rollout)):
            raise ValueError(
                f"the {self.rollout.kind} rollout bakes for {self.rollout.minutes} minutes in all, expected "
                f"at least {needed}: it takes so long to send the smoke request and to see its alarm ring"
            )
        return self

    @property
    def listening(self) -> list[Shadow]:
        return []

    @model_validator(mode="after")
    def _steps_fit_the_fleet(self) -> "_OnInstances":
        if self.rollout.kind == "all-at-once":
            return self
        beside = [one.instances for one in [*self.variants.values(), *self.listening]]
        if (fewest := min([self.instances.min, *beside])) < 2:
            raise ValueError(
                f"a {self.rollout.kind} rollout needs at least 2 instances of each variant, found {fewest}: "
                f"a step takes at most half of them: {BLUE_GREEN}"
            )
        if self.instance_type.startswith("ml.inf1."):
            raise ValueError(f"{self.instance_type} rolls all at once only: {EXCLUSIONS}")
        if self.rollout.kind == "rolling" and self.variants:
            raise ValueError(f"a rolling rollout takes one variant only: {EXCLUSIONS}")
        return self


class RealTime(_OnInstances):
    """Answers at once, from instances that run all the time."""

    kind: Literal["realtime"]
    instances: Instances
    scaling: Scaling = Scaling()
    capture: Capture | None = None
    shadow: Shadow | None = None

    @property
    def listening(self) -> list[Shadow]:
        return [self.shadow] if self.shadow else []

    @model_validator(mode="after")
    def _one_in_the_light_of_one(self) -> "RealTime":
        if self.shadow and self.instance_type.startswith("ml.inf1."):
            raise ValueError(f"{self.instance_type} takes no shadow: {SHADOW_TESTS}")
        if self.shadow and self.variants:
            raise ValueError(f"a shadow goes with the primary variant alone: {ONE_SHADOW}")
        if self.shadow and self.rollout.kind == "rolling":
            raise ValueError(
                f"a rolling rollout takes no shadow beside its one variant: {EXCLUSIONS}"
            )
        return self


class Async(_OnInstances):
    """Takes requests from S3 and answers there, minutes later if need be; its instances may sleep."""

    # What SageMaker gives one request, unless it is told otherwise.
    _usual_latency_ms: ClassVar[int] = 900_000

    kind: Literal["async"]
    instances: InstancesOrNone
    scaling: BacklogScaling = BacklogScaling()
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AsyncInferenceClientConfig.html
    concurrent_invocations: int | None = Field(default=None, ge=1, le=1000)
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html
    expires_after_seconds: int = Field(default=21600, ge=60, le=21600)
    keep_days: int = Field(default=30, ge=1, le=3650)
    # On topics of the stack, one for each.
    notify: list[Literal["success", "error"]] = Field(default=[], max_length=2)

    @field_validator("notify")
    @classmethod
    def _once_each(cls, notify: list[str]) -> list[str]:
        if len(set(notify)) < len(notify):
            raise ValueError(f"expected each of them once, found {notify}")
        return notify

    @model_validator(mode="before")
    @classmethod
    def _only_what_it_can(cls, said: object) -> object:
        """Better than "unknown key": these are known, and AWS has no such thing here."""
        pages = {"shadow": SHADOW_TESTS, "capture": CAPTURE}
        for key, page in pages.items():
            if isinstance(said, dict) and key in said:
                raise ValueError(f"an asynchronous endpoint has no {key}: {page}")
        return said


class Serverless(Frozen):
    """Costs nothing while idle, and starts in seconds when a request comes. One model, one variant."""

    kind: Literal["serverless"]
    memory_mb: int
    max_concurrency: int = Field(ge=1, le=200)
    provisioned: ProvisionedConcurrency | None = None
    workers: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="before")
    @classmethod
    def _only_what_it_can(cls, said: object) -> object:
        """Better than "unknown key": these are known, and AWS has no such thing here."""
        if not isinstance(said, dict):
            return said
        if "variants" in said:
            raise ValueError(
                "a serverless endpoint has one variant, the primary; AWS has no place for others: "
                f"{SERVERLESS}"
            )
        others = (
            RealTime.model_fields.keys() | Async.model_fields.keys()
        ) - cls.model_fields.keys()
        if found := sorted(said.keys() & others):
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

    @model_validator(mode="after")
    def _provisions_what_it_may_use(self) -> "Serverless":
        if self.provisioned and self.provisioned.max > self.max_concurrency:
            raise ValueError(
                f"expected provisioned.max to be at most max_concurrency ({self.max_concurrency}), "
                f"found {self.provisioned.max}: {SERVERLESS}"
            )
        return self


OnInstances = RealTime | Async
Serving = Annotated[RealTime | Async | Serverless, Field(discriminator="kind")]
