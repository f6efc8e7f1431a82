"""The containers behind an endpoint, one for each variant of its configuration."""

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass

from rollforward.local.sagemaker.containers import Container


@dataclass(frozen=True)
class Variant:
    name: str
    weight: float
    container: Container


@dataclass(frozen=True)
class Fleet:
    variants: list[Variant]

    def choose(self) -> Variant:
        """A variant by its share of the weights; by chance if all weigh nothing."""
        weights = [variant.weight for variant in self.variants]
        return random.choices(self.variants, weights if any(weights) else None)[0]  # noqa: S311

    async def retire(self) -> None:
        """Stop, after the requests that are in flight."""
        try:
            await asyncio.gather(*(variant.container.drain() for variant in self.variants))
        finally:
            await stop(variant.container for variant in self.variants)


async def stop(containers: Iterable[Container]) -> None:
    await asyncio.gather(*(container.stop() for container in containers))
