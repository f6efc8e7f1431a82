"""A model's container image, and the instances that it runs on."""

from typing import Annotated, Literal

from pydantic import Discriminator, StringConstraints, Tag

from config.instance_types import Chip, chip
from config.schema.base import EcrImageUri, Frozen

CONTAINERS = "https://github.com/aws/deep-learning-containers/blob/master/available_images.md"


class DeepLearningContainer(Frozen):
    """An AWS deep-learning container by name; the provider knows its account in each region.

    https://github.com/aws/deep-learning-containers/blob/master/available_images.md
    """

    repository: Literal["huggingface-pytorch-inference", "pytorch-inference"]
    tag: Annotated[str, StringConstraints(pattern=r"^[\w.]+(-[\w.]+)*-(cpu|gpu)-[\w.-]+$")]

    @property
    def chip(self) -> Chip:
        """The processor that the container is built for: `cpu` or `gpu`."""
        return "gpu" if "-gpu-" in self.tag else "cpu"


Image = Annotated[
    Annotated[EcrImageUri, Tag("uri")] | Annotated[DeepLearningContainer, Tag("container")],
    Discriminator(lambda value: "uri" if isinstance(value, str) else "container"),
]


def require_chip(image: Image, instance_type: str | None) -> None:
    """Raise ValueError if an AWS container does not run on the instance type; None means serverless.

    An image given by its URI is not checked: its processor is unknown.
    """
    if not isinstance(image, DeepLearningContainer):
        return
    place = instance_type or "a serverless endpoint"
    if image.chip != (chip(instance_type) if instance_type else "cpu"):
        raise ValueError(
            f"the container {image.tag} is for {image.chip.upper()} instances, found {place}: {CONTAINERS}"
        )
