"""`rollforward invoke`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from config.schema import settings
from config.schema.serving import Async
from rollforward.aws.predictions import Prediction
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json, ModelName
from rollforward.console import err, is_animated, out
from rollforward.errors import UsageError
from rollforward.operations import invoke as operation
from rollforward.target import Target

app = typer.Typer()


@app.command()
def invoke(
    model: ModelName,
    body: Annotated[
        str | None, typer.Argument(help="The request; from --file or stdin if it is not given.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A file that contains the request.")] = None,
    content_type: Annotated[
        str, typer.Option(help="The content type of the request.")
    ] = "application/json",
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Send a request to the endpoint; if the endpoint is asynchronous, wait for the answer."""
    with exit_on_error():
        target = Target(settings.load(env), model)
        request = _request(body, file)
        serving = target.settings.serving
        if isinstance(serving, Async):
            answer = _enqueue_and_wait(target, serving, request, content_type)
        else:
            answer = operation.invoke(target, request, content_type)
        if as_json:
            print_json(answer)
        else:
            out.print(answer.body, markup=False)


def _enqueue_and_wait(
    target: Target, serving: Async, request: bytes, content_type: str
) -> Prediction:
    queued = operation.enqueue(target, serving, request, content_type)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        with Progress(*columns, console=err, transient=True, disable=not is_animated()) as progress:
            progress.add_task(f"waiting for the answer of {target.model}", total=None)
            return operation.wait_for_answer(target, serving, queued)
    except KeyboardInterrupt:
        err.print(
            f"the request stays in the queue. SageMaker will write the answer to {queued.answer}, or the "
            f"reason of a failure to {queued.failure}",
            markup=False,
        )
        raise


def _request(body: str | None, file: Path | None) -> bytes:
    if body is not None and file is not None:
        raise UsageError("give the request as an argument or with --file, not both")
    if file is not None:
        try:
            return file.read_bytes()
        except OSError as error:
            raise UsageError(f"cannot read {str(file)!r}: {error.strerror}") from error
    if body is not None:
        return body.encode()
    if sys.stdin.isatty():
        err.print("enter the request; Ctrl-D ends it")
    return sys.stdin.buffer.read()
