"""The command `rollforward`, with every subcommand."""

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
    revert,
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
    revert,
    prove,
    invoke,
    permissions,
):
    app.add_typer(commands.app)


@app.callback()
def before_any_command() -> None:
    # A service manager sends SIGTERM: stop what this command started, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
