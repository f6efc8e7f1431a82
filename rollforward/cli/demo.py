"""`rollforward demo`."""

import typer

from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import Json
from rollforward.demo.play import play
from rollforward.folders import WORK

app = typer.Typer()


@app.command()
def demo(as_json: Json = False) -> None:
    """Run the whole chain on this machine: real Terraform and real predictions, without an AWS account."""
    with exit_on_error():
        result = play(WORK / "demo", quiet=as_json)
        if as_json:
            print_json(result)
        raise typer.Exit(0 if result.succeeded else 1)
