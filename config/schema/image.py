"""A model's container image, and the instances that it runs on."""

from typing import Annotated, Literal

from pydantic import Discriminator, Tag, model_validator

from config.instance_types import Chip, chip
from config.schema.base import Frozen
from config.schema.regional import EcrImageUri
from config.schema.rules import worded

CONTAINERS = "https://github.com/aws/deep-learning-containers/blob/master/available_images.md"


class DeepLearningContainer(Frozen):
    """An AWS deep-learning container by name; the provider knows its account in each region.

    https://github.com/aws/deep-learning-containers/blob/master/available_images.md
    """

    repository: Literal["huggingface-pytorch-inference", "pytorch-inference"]
    tag: Annotated[
        str,
        worded(
            r"[A-Za-z0-9_.]+(-[A-Za-z0-9_.]+)*-(cpu|gpu)-[A-Za-z0-9_.-]+",
            "a tag with -cpu- or -gpu- in it, such as 2.6.0-cpu-py312-ubuntu22.04-sagemaker",
        ),
    ]

    @property
    def chip(self) -> Chip:
        """The processor that the container is built for: `cpu` or `gpu`."""
        return "gpu" if "-gpu-" in self.tag else "cpu"

    @model_validator(mode="after")
    def _tag_is_of_the_repository(self) -> "DeepLearningContainer":
        """The tags of HuggingFace's containers, and only these, name a version of transformers."""
        of_huggingface = self.repository.startswith("huggingface-")
        if ("-transformers" in self.tag) != of_huggingface:
            example = "2.6.0-transformers4.49.0-cpu-py312-ubuntu22.04"
            expected = (
                f"with a version of transformers, such as {example}"
                if of_huggingface
                else "without transformers"
            )
            raise ValueError(
                f"expected a tag of {self.repository}, {expected}, found {self.tag!r}: {CONTAINERS}"
            )
        return self


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
