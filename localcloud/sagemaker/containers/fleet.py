"""The containers behind an endpoint, one for each variant of its configuration."""

import asyncio
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from localcloud.sagemaker.containers.process import Container
from localcloud.sagemaker.iam.permissions import Caller


@dataclass(frozen=True)
class Variant:
    """`role` bears the execution role of the variant's model."""

    name: str
    weight: float
    container: Container
    role: Caller


@dataclass(frozen=True)
class Fleet:
    """The answers of `shadows` are nobody's."""

    variants: list[Variant]
    shadows: list[Variant] = field(default_factory=list)

    def choose(self, name: str | None = None) -> Variant:
        """A variant by its share of the weights, by chance if all weigh nothing; or the one of that name.

        Raises LookupError if there is none of that name.
        """
        eligible = [variant for variant in self.variants if name in (None, variant.name)]
        if not eligible:
            raise LookupError(f"Could not find variant {name}")
        weights = [variant.weight for variant in eligible]
        return random.choices(eligible, weights if any(weights) else None)[0]  # noqa: S311

    def watchers(self) -> list[Variant]:
        """The shadows that get a copy of this request: by their weight over that of the variants."""
        total = self._weight()
        return [
            shadow
            for shadow in self.shadows
            if random.random() * total < shadow.weight  # noqa: S311
        ]

    def weighing(self, weights: Mapping[str, float]) -> "Fleet":
        """The same containers with other weights, by the names of their variants."""

        def reweigh(variant: Variant) -> Variant:
            return replace(variant, weight=weights.get(variant.name, variant.weight))

        return Fleet(list(map(reweigh, self.variants)), list(map(reweigh, self.shadows)))

    def beside(self, new: "Fleet", share: float) -> "Fleet":
        """Both fleets as one, in which `new` gets that share of the requests."""
        old, coming = self._weighing_together(1 - share), new._weighing_together(share)
        return Fleet(old.variants + coming.variants, old.shadows + coming.shadows)

    async def retire(self) -> None:
        """Stop, after the requests that are in flight."""
        try:
            await asyncio.gather(*(container.drain() for container in self._containers()))
        finally:
            await self.stop()

    async def stop(self) -> None:
        await stop(self._containers())

    def _containers(self) -> list[Container]:
        return [variant.container for variant in self.variants + self.shadows]

    def _weight(self) -> float:
        return sum(variant.weight for variant in self.variants)

    def _weighing_together(self, total: float) -> "Fleet":
        weight = self._weight()

        def scale(variant: Variant) -> Variant:
            # If all weigh nothing, they share alike.
            part = variant.weight / weight if weight else 1 / len(self.variants)
            return replace(variant, weight=part * total)

        return Fleet(list(map(scale, self.variants)), list(map(scale, self.shadows)))


async def stop(containers: Iterable[Container]) -> None:
    await asyncio.gather(*(container.stop() for container in containers))
