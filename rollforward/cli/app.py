"""The operator's command: every command of `rollforward`."""

import signal

import typer

from rollforward.cli import (
    apply,
    bootstrap,
    decide,
    deliver,
    demo,
    history,
    invoke,
    local,
    permissions,
    prove,
    status,
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    help="Drop model.tar.gz into S3; the SageMaker endpoint rolls forward to it.",
)

# In the order in which `--help` lists them.
for commands in (
    demo,
    local,
    bootstrap,
    status,
    deliver,
    apply,
    history,
    decide,
    prove,
    invoke,
    permissions,
):
    app.add_typer(commands.app)


@app.callback()
def before_any_command() -> None:
    # Whoever stops us, a person or a service manager, what we started is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
