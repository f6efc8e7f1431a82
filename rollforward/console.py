"""Where commands write: results to stdout, progress and errors to stderr."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def is_animated() -> bool:
    """Whether stderr can show frames of progress.

    FORCE_COLOR makes rich treat a pipe or a file as a terminal, where each frame would be one more line.
    """
    return err.is_terminal and err.file.isatty()


@contextmanager
def working(title: str) -> Iterator[None]:
    """Show on a terminal that a step is running."""
    if not is_animated():
        yield
        return
    with err.status(title):
        yield
