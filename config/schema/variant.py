"""What runs beside the primary variant: others that answer, and one that only listens."""

from pydantic import Field

from config.schema.base import Frozen, InstanceType
from config.schema.image import Image
from config.schema.source import Source

PRIMARY = "primary"
SHADOW = "shadow"


class Beside(Frozen):
    """Its instances are a fixed number: only the primary variant scales.

    What is left out is the primary's.
    """

    source: Source = "registered"
    image: Image | None = None
    instance_type: InstanceType | None = None
    instances: int = Field(default=1, ge=1, le=100)


class Variant(Beside):
    """Answers its share of the requests; the primary variant answers the rest."""

    traffic_percent: int = Field(ge=0, le=100)


class Shadow(Beside):
    """Gets a copy of that share of the requests. Its answers are nobody's."""

    sampling_percent: int = Field(ge=1, le=100)
