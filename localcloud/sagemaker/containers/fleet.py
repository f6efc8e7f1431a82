"""The containers behind an endpoint, one for each variant of its configuration."""

import asyncio
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from localcloud.sagemaker.containers.process import Container
from localcloud.sagemaker.iam.permissions import Caller


@dataclass(frozen=True)
class Variant:
    """`role` has the credentials of the execution role of the variant's model."""

    name: str
    weight: float
    container: Container
    role: Caller


@dataclass(frozen=True)
class Fleet:
    """Callers get the answers of `variants`; the answers of `shadows` are discarded."""

    variants: list[Variant]
    shadows: list[Variant] = field(default_factory=list)

    def choose(self, name: str | None = None) -> Variant:
        """A random variant by weight, or the variant of that name. Equal shares if all weights are 0.

        Raises LookupError if there is no variant of that name.
        """
        eligible = [variant for variant in self.variants if name in (None, variant.name)]
        if not eligible:
            raise LookupError(f"Could not find variant {name}")
        weights = [variant.weight for variant in eligible]
        return random.choices(eligible, weights if any(weights) else None)[0]  # noqa: S311

    def draw_shadows(self) -> list[Variant]:
        """The shadows that get a copy of the next request: at random, by their weight."""
        total = self._weight()
        return [
            shadow
            for shadow in self.shadows
            if random.random() * total < shadow.weight  # noqa: S311
        ]

    def with_weights(self, weights: Mapping[str, float]) -> "Fleet":
        """The same containers with these weights, by variant name."""

        def reweigh(variant: Variant) -> Variant:
            return replace(variant, weight=weights.get(variant.name, variant.weight))

        return Fleet(list(map(reweigh, self.variants)), list(map(reweigh, self.shadows)))

    def combined_with(self, new: "Fleet", share: float) -> "Fleet":
        """Both fleets as one. `new` gets `share` of the requests, from 0 to 1."""
        old_part, new_part = self._with_total_weight(1 - share), new._with_total_weight(share)
        return Fleet(old_part.variants + new_part.variants, old_part.shadows + new_part.shadows)

    async def retire(self) -> None:
        """Stop the containers after the requests in flight."""
        try:
            await asyncio.gather(*(container.drain() for container in self._containers()))
        finally:
            await self.stop()

    async def stop(self) -> None:
        await stop_containers(self._containers())

    def _containers(self) -> list[Container]:
        return [variant.container for variant in self.variants + self.shadows]

    def _weight(self) -> float:
        return sum(variant.weight for variant in self.variants)

    def _with_total_weight(self, total: float) -> "Fleet":
        weight = self._weight()

        def scale(variant: Variant) -> Variant:
            # Equal shares if all weights are 0.
            part = variant.weight / weight if weight else 1 / len(self.variants)
            return replace(variant, weight=part * total)

        return Fleet(list(map(scale, self.variants)), list(map(scale, self.shadows)))


async def stop_containers(containers: Iterable[Container]) -> None:
    await asyncio.gather(*(container.stop() for container in containers))
