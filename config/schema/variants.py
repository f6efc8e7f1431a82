"""The variants beside the primary one: those that answer requests, and a shadow, which only receives them."""

from pydantic import Field

from config.schema.base import Frozen, InstanceType
from config.schema.image import Image
from config.schema.source import Source

PRIMARY = "primary"
SHADOW = "shadow"


class ExtraVariant(Frozen):
    """A variant beside the primary one. Without an image or an instance type, it has the primary's.

    Its number of instances is fixed: only the primary variant scales.
    """

    source: Source = "registered"
    image: Image | None = None
    instance_type: InstanceType | None = None
    instances: int = Field(default=1, ge=1, le=100)


class Variant(ExtraVariant):
    """Answers `traffic_percent` of the requests; the primary variant answers the rest."""

    traffic_percent: int = Field(ge=0, le=100)


class Shadow(ExtraVariant):
    """Receives a copy of `sampling_percent` of the requests. SageMaker discards its answers."""

    sampling_percent: int = Field(ge=1, le=100)
