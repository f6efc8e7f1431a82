"""What real-time and asynchronous endpoints have in common: instances, rollouts and variants."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints, field_validator, model_validator

from config.instance_types import has_instance_store, is_burstable, is_inf1
from config.schema.base import Frozen, InstanceType, Name
from config.schema.rollout import AllAtOnce, Rollback, Rollout
from config.schema.rules import worded
from config.schema.scaling import Instances, InstancesOrNone
from config.schema.serving.aws_pages import BLUE_GREEN, EXCLUSIONS, SCALING, STORAGE
from config.schema.variants import PRIMARY, SHADOW, Shadow, Variant

Subnet = Annotated[str, worded(r"subnet-[0-9a-f]+", "the ID of a subnet, such as subnet-0a1b2c3d")]
SecurityGroup = Annotated[
    str, worded(r"sg-[0-9a-f]+", "the ID of a security group, such as sg-0c8d9e0f")
]
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
# The name of the Terraform variable for its traffic must start with a letter.
VariantName = Annotated[
    Name,
    StringConstraints(max_length=63),
    worded(r"[a-z].*", "a name that begins with a letter, such as challenger"),
]


class Network(Frozen):
    """The subnets and security groups of your VPC that the instances are in.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_VpcConfig.html
    """

    subnets: list[Subnet] = Field(min_length=1, max_length=16)
    security_groups: list[SecurityGroup] = Field(min_length=1, max_length=5)


class ServedOnInstances(Frozen):
    """The settings that real-time and asynchronous endpoints share."""

    # The threshold of the latency alarm in milliseconds, unless `rollback.latency_p99_ms` is set.
    default_latency_p99_ms: ClassVar[int] = 10_000

    instance_type: InstanceType
    instances: Instances | InstancesOrNone
    rollout: Rollout = AllAtOnce(kind="all-at-once")
    rollback: Rollback = Rollback()
    startup_timeout_seconds: int | None = Field(default=None, ge=60, le=3600)
    volume_gb: int | None = Field(default=None, ge=1, le=512)
    workers: int | None = Field(default=None, ge=1, le=100)
    network: Network | None = None
    # Network isolation: the container makes no outbound calls. SageMaker brings the model and the requests.
    isolated: bool = True
    # AWS allows ten variants, and one of them is the primary.
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
    variants: dict[VariantName, Variant] = Field(default={}, max_length=9)

    @property
    def latency_p99_ms(self) -> int:
        """The threshold of the latency alarm, in milliseconds."""
        return self.rollback.latency_p99_ms or self.default_latency_p99_ms

    @property
    def shadows(self) -> list[Shadow]:
        """The shadow variants: none, or one."""
        return []

    @field_validator("instance_type")
    @classmethod
    def _is_scalable(cls, instance_type: str) -> str:
        if is_burstable(instance_type):
            raise ValueError(f"{instance_type} is burstable, and can not be scaled: {SCALING}")
        return instance_type

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

    @model_validator(mode="after")
    def _takes_a_volume(self) -> "ServedOnInstances":
        if self.volume_gb and has_instance_store(self.instance_type):
            raise ValueError(
                f"volume_gb does not go with {self.instance_type}, which has disks of its own: {STORAGE}"
            )
        return self

    @model_validator(mode="after")
    def _rollout_fits_the_variants(self) -> "ServedOnInstances":
        if self.rollout.kind == "all-at-once":
            return self
        others = [variant.instances for variant in [*self.variants.values(), *self.shadows]]
        if (fewest := min([self.instances.min, *others])) < 2:
            raise ValueError(
                f"a {self.rollout.kind} rollout needs at least 2 instances of each variant, found {fewest}: "
                f"a step takes at most half of them: {BLUE_GREEN}"
            )
        if is_inf1(self.instance_type):
            raise ValueError(f"{self.instance_type} rolls all at once only: {EXCLUSIONS}")
        if self.rollout.kind == "rolling" and self.variants:
            raise ValueError(f"a rolling rollout takes one variant only: {EXCLUSIONS}")
        return self
