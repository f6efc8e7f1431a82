"""A model's container image, and which instances it runs on."""

import re
from typing import Annotated, Literal

from pydantic import Discriminator, StringConstraints, Tag

from config.schema.base import EcrImageUri, Frozen

CONTAINERS = "https://github.com/aws/deep-learning-containers/blob/master/available_images.md"

_GPU = re.compile(r"ml\.(g|gr|p)\d")
# Inferentia, Trainium and Graviton run none of the containers that are known here by name.
_OTHER_CHIPS = re.compile(r"ml\.(inf|trn|[a-z]+\d+g)")


class DeepLearningContainer(Frozen):
    """An AWS deep-learning container by name; the provider knows its account in each region.

    https://github.com/aws/deep-learning-containers/blob/master/available_images.md
    """

    repository: Literal["huggingface-pytorch-inference", "pytorch-inference"]
    tag: Annotated[str, StringConstraints(pattern=r"^[\w.]+(-[\w.]+)*-(cpu|gpu)-[\w.-]+$")]

    @property
    def chip(self) -> str:
        """`cpu` or `gpu`."""
        return "gpu" if "-gpu-" in self.tag else "cpu"


Image = Annotated[
    Annotated[EcrImageUri, Tag("uri")] | Annotated[DeepLearningContainer, Tag("container")],
    Discriminator(lambda value: "uri" if isinstance(value, str) else "container"),
]


def require_chip(image: Image, instance_type: str | None) -> None:
    """Raises ValueError if an AWS container would not run there; None is serverless.

    What an image of one's own needs is known to nobody here.
    """
    if not isinstance(image, DeepLearningContainer):
        return
    place = instance_type or "a serverless endpoint"
    if _chip(instance_type) != image.chip:
        raise ValueError(
            f"the container {image.tag} is for {image.chip.upper()} instances, found {place}: {CONTAINERS}"
        )


def _chip(instance_type: str | None) -> str:
    if instance_type is None:
        return "cpu"
    if _OTHER_CHIPS.match(instance_type):
        return "other"
    return "gpu" if _GPU.match(instance_type) else "cpu"
