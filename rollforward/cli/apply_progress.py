"""Where each stack is, on stderr: a line a stack on a terminal, a line a step elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from rollforward.console import err
from rollforward.operations.apply.stack_job import BUSY


class ApplyProgress:
    """`tell` may be called from any thread."""

    def __init__(self) -> None:
        columns = (
            SpinnerColumn(finished_text=" "),
            TextColumn("{task.description}"),
            TextColumn("{task.fields[doing]}"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=err, transient=True)
        self._lines: dict[str, TaskID] = {}

    def __enter__(self) -> "ApplyProgress":
        if err.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def tell(self, stack: str, doing: str) -> None:
        if not err.is_terminal:
            err.print(f"{stack}: {doing}", markup=False)
        elif stack not in self._lines:
            self._lines[stack] = self._progress.add_task(stack, total=1, doing=doing)
        else:
            done = 0 if doing.startswith(BUSY) else 1
            self._progress.update(self._lines[stack], doing=doing, completed=done)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """For what is printed and asked meanwhile."""
        self._progress.stop()
        yield
        if err.is_terminal:
            self._progress.start()
