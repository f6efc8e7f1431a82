"""`rollforward bootstrap`."""

import typer

from config.schema import settings
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.console import out
from rollforward.operations.bootstrap import bootstrap as create_state_bucket

app = typer.Typer()


@app.command()
def bootstrap(env: EnvironmentName = "dev", as_json: Json = False) -> None:
    """Create the bucket for Terraform's state, or correct its settings."""
    with exit_on_error():
        made = create_state_bucket(settings.load(env))
        if as_json:
            print_json(made)
        else:
            verb = "created" if made.created else "already exists; its settings are correct"
            out.print(f"{made.bucket} in {made.region}: {verb}")
