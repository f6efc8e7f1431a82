"""Text as SageMaker takes it for a description."""

_MAX = 1024
# A model's answer may have megabytes: what comes after this cannot be part of the line.
_LOOKED_AT = 16 * _MAX


def description(text: str) -> str:
    """The text as one line of at most 1024 characters.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
    """
    start = text[:_LOOKED_AT]
    line = " ".join("".join(char if char.isprintable() else " " for char in start).split())
    is_whole = len(line) <= _MAX and len(text) <= _LOOKED_AT
    return line if is_whole else line[: _MAX - 1] + "…"
