"""The command invoke."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from config.schema import settings
from config.schema.serving import Async
from config.schema.settings import Environment
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json, ModelName
from rollforward.console import err, out
from rollforward.errors import UsageError
from rollforward.operations import invoke as invocation
from rollforward.operations.invoke import Prediction, Queued

app = typer.Typer()


@app.command()
def invoke(
    model: ModelName,
    body: Annotated[
        str | None, typer.Argument(help="The request; from --file or stdin if not given.")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="A file that holds the request.")] = None,
    content_type: Annotated[str, typer.Option(help="What the request is.")] = "application/json",
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Ask the endpoint for a prediction; wait for it if the endpoint is asynchronous."""
    with exit_on_error():
        environment = settings.load(env)
        serving = environment.model(model).serving
        request = _request(body, file)
        if isinstance(serving, Async):
            queued = invocation.enqueue(environment, model, serving, request, content_type)
            answer = _waited_for(environment, queued)
        else:
            answer = invocation.invoke(environment, model, request, content_type)
        if as_json:
            print_json(answer)
        else:
            out.print(answer.body, markup=False)


def _waited_for(environment: Environment, queued: Queued) -> Prediction:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    try:
        with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as shown:
            shown.add_task(f"waiting for the answer of {queued.model}", total=None)
            return invocation.answered(environment, queued)
    except KeyboardInterrupt:
        err.print(
            f"the request stays in the queue; its answer will be {queued.answer}, "
            f"or why there is none {queued.failure}",
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
            raise UsageError(f"can't read {str(file)!r}: {error.strerror}") from error
    if body is not None:
        return body.encode()
    if sys.stdin.isatty():
        err.print("reading the request from the terminal; Ctrl-D ends it")
    return sys.stdin.buffer.read()
