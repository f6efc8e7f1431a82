"""Shows the progress of an apply on stderr: one line per stack on a terminal, else one line per step."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from rollforward.console import err, is_animated
from rollforward.operations.apply.stack_job import BUSY


class ApplyProgress:
    """Any thread may call `report`."""

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
        if is_animated():
            self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if is_animated():
            self._progress.stop()

    def report(self, stack: str, doing: str) -> None:
        if not is_animated():
            err.print(f"{stack}: {doing}", markup=False)
        elif stack not in self._lines:
            self._lines[stack] = self._progress.add_task(stack, total=1, doing=doing)
        else:
            done = 0 if doing.startswith(BUSY) else 1
            self._progress.update(self._lines[stack], doing=doing, completed=done)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Hide the progress while something is printed or asked."""
        if is_animated():
            self._progress.stop()
        yield
        if is_animated():
            self._progress.start()
