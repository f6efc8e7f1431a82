"""The source of a model's files: the pointer, one pinned copy, or the HuggingFace hub."""

from typing import Annotated, Literal

from pydantic import Discriminator, Tag

from config.schema.base import Frozen
from config.schema.image import DeepLearningContainer, Image
from config.schema.rules import worded

TOOLKIT = "https://github.com/aws/sagemaker-huggingface-inference-toolkit#readme"
ISOLATION = "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html"

SecretArn = Annotated[
    str,
    worded(
        r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:.+",
        "the ARN of a secret, such as arn:aws:secretsmanager:us-east-1:123456789012:secret:hub-a1b2c3",
    ),
]

# https://huggingface.co/docs/sagemaker/main/en/reference/inference-toolkit
Task = Literal[
    "audio-classification",
    "automatic-speech-recognition",
    "feature-extraction",
    "fill-mask",
    "image-classification",
    "image-segmentation",
    "object-detection",
    "question-answering",
    "summarization",
    "table-question-answering",
    "text-classification",
    "text-generation",
    "text2text-generation",
    "token-classification",
    "translation",
    "zero-shot-classification",
]


class Pinned(Frozen):
    """One pinned copy, independent of the pointer. Unlike a delivery, it can't be overwritten."""

    key: Annotated[
        str,
        worded(
            r"registered/[a-z0-9-]+/[\w.+=@-]+/model\.tar\.gz",
            "the key of a pinned copy, registered/<model>/<version>/model.tar.gz",
        ),
    ]


class Hub(Frozen):
    """A model of the HuggingFace hub, which the container fetches when it starts.

    The revision is a commit: with a branch, instances that start later would serve another model.
    """

    hub: Annotated[
        str, worded(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+", "<owner>/<model>, such as distilbert/tiny")
    ]
    revision: Annotated[
        str, worded(r"[0-9a-f]{40}", "a commit of 40 lowercase hexadecimal digits, not a branch")
    ]
    task: Task
    token_secret_arn: SecretArn | None = None


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "registered"
    if isinstance(value, Hub) or (isinstance(value, dict) and "hub" in value):
        return "Hub"
    return "Pinned"


Source = Annotated[
    Annotated[Literal["registered"], Tag("registered")]
    | Annotated[Pinned, Tag("Pinned")]
    | Annotated[Hub, Tag("Hub")],
    Discriminator(_kind),
]


def identity(source: Source, registered: str | None) -> str | None:
    """What identifies a model's files: the key of a pinned copy, or a commit of the hub.

    `registered` is the key that the pointer holds; the identity of a model that follows the pointer.
    """
    if source == "registered":
        return registered
    return hub_identity(source.hub, source.revision) if isinstance(source, Hub) else source.key


def hub_identity(model: str, revision: str) -> str:
    return f"hub:{model}@{revision}"


def require_hub(source: Source, image: Image, *, isolated: bool) -> None:
    """Raise ValueError if `source` is a model of the hub that the container can't fetch."""
    if not isinstance(source, Hub):
        return
    if isolated:
        raise ValueError(
            f"the container fetches {source.hub} from the hub itself: say `isolated: false` in its serving: "
            f"{ISOLATION}"
        )
    if not isinstance(image, DeepLearningContainer):
        return
    if image.repository != "huggingface-pytorch-inference":
        raise ValueError(
            f"of AWS's containers, only huggingface-pytorch-inference fetches {source.hub} from the hub, "
            f"found {image.repository}: {TOOLKIT}"
        )
    if source.token_secret_arn:
        raise ValueError(
            f"AWS's container wants the token of {source.hub} in the clear, where every plan shows it: take "
            f"an image of your own that reads the secret, see docs/serving.md; {TOOLKIT}"
        )
