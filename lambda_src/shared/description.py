"""Text as SageMaker takes it for a description."""

_MAX = 1024


def description(text: str) -> str:
    """The text as one line of at most 1024 characters.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
    """
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _MAX else line[: _MAX - 1] + "…"
