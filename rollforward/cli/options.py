"""The options and arguments that several commands have."""

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
Reason = Annotated[str, typer.Option(help="The reason, which the registry keeps with the version.")]
