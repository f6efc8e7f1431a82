"""The variants of an endpoint, each with all that it has and what it takes from the primary one."""

from typing import NamedTuple

from config.schema.image import Image
from config.schema.serving import Async, RealTime, Serverless
from config.schema.source import Source
from config.schema.variant import PRIMARY, SHADOW, Beside


class Served(NamedTuple):
    """Of a serverless one, `instance_type` is None. `weight` is in percent of the requests."""

    name: str
    source: Source
    image: Image
    instance_type: str | None
    instances: int
    weight: int


def served(serving: RealTime | Async | Serverless, source: Source, image: Image) -> list[Served]:
    """The primary variant first, a shadow last."""
    if isinstance(serving, Serverless):
        return [Served(PRIMARY, source, image, None, 0, 100)]

    def beside(name: str, said: Beside, weight: int) -> Served:
        instance_type = said.instance_type or serving.instance_type
        return Served(name, said.source, said.image or image, instance_type, said.instances, weight)

    others = [beside(name, one, one.traffic_percent) for name, one in serving.variants.items()]
    rest = 100 - sum(one.weight for one in others)
    return [
        # None at all can not be created: who sleeps falls asleep later.
        Served(PRIMARY, source, image, serving.instance_type, max(1, serving.instances.min), rest),
        *others,
        *(beside(SHADOW, one, one.sampling_percent) for one in serving.listening),
    ]
