"""The variants of an endpoint as they are deployed: what one leaves out is filled in from the primary one."""

from typing import NamedTuple

from config.schema.image import Image
from config.schema.serving import OnInstances, Serverless
from config.schema.source import Source
from config.schema.variants import PRIMARY, SHADOW, ExtraVariant


class ResolvedVariant(NamedTuple):
    """One variant with all of its settings.

    `instance_type` is None if the endpoint is serverless. `traffic_percent` is the variant's share of the
    requests; a shadow receives a copy of its share.
    """

    name: str
    source: Source
    image: Image
    instance_type: str | None
    instances: int
    traffic_percent: int


def resolve_variants(
    serving: OnInstances | Serverless, source: Source, image: Image
) -> list[ResolvedVariant]:
    """The primary variant first, a shadow last. `source` and `image` are the primary variant's."""
    if isinstance(serving, Serverless):
        return [ResolvedVariant(PRIMARY, source, image, None, 0, 100)]

    def resolve(name: str, extra: ExtraVariant, traffic_percent: int) -> ResolvedVariant:
        return ResolvedVariant(
            name,
            extra.source,
            extra.image or image,
            extra.instance_type or serving.instance_type,
            extra.instances,
            traffic_percent,
        )

    others = [resolve(name, one, one.traffic_percent) for name, one in serving.variants.items()]
    rest = 100 - sum(variant.traffic_percent for variant in others)
    # SageMaker creates no variant with 0 instances: an endpoint that may have none scales in later.
    instances = max(1, serving.instances.min)
    return [
        ResolvedVariant(PRIMARY, source, image, serving.instance_type, instances, rest),
        *others,
        *(resolve(SHADOW, shadow, shadow.sampling_percent) for shadow in serving.shadows),
    ]
