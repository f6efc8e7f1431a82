"""The options that commands share."""

from typing import Annotated

import typer

EnvironmentName = Annotated[
    str,
    typer.Option(
        "--env", envvar="DEPLOYMENT_ENV", help="The environment: a file in config/environments."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
ModelName = Annotated[str, typer.Argument(help="A model of the environment.")]
