"""Text that SageMaker accepts as a description."""

_MAX = 1024
# A model's answer may have megabytes; characters after this limit cannot be part of the line.
_MAX_READ = 16 * _MAX


def description(text: str) -> str:
    """The text as one line of at most 1024 characters.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
    """
    start = text[:_MAX_READ]
    line = " ".join("".join(char if char.isprintable() else " " for char in start).split())
    is_whole = len(line) <= _MAX and len(text) <= _MAX_READ
    return line if is_whole else line[: _MAX - 1] + "…"
