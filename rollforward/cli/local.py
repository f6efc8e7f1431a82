"""`rollforward local`."""

import os
import shlex
import signal
import sys

import typer

from config.schema import settings
from localcloud.cloud import local_cloud
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.console import err, out
from rollforward.folders import WORK
from rollforward.lambda_python import runtimes_variable
from rollforward.terraform.cli_configuration import cli_environment

app = typer.Typer()


@app.command()
def local(env: EnvironmentName = "dev", as_json: Json = False) -> None:
    """Run a local cloud until Ctrl-C, and print the variables to export to use it."""
    with exit_on_error():
        environment = settings.load(env)
        folder = WORK / "cloud"
        os.environ.update(runtimes_variable())
        with local_cloud(folder, environment.account, environment.region) as cloud:
            exports = {**cloud.environment, **cli_environment(folder.resolve())}
            if as_json:
                print_json(exports)
            else:
                for name, value in exports.items():
                    out.print(f"export {name}={shlex.quote(value)}", markup=False)
            sys.stdout.flush()
            err.print(
                f"The local cloud runs. Its logs are in {cloud.logs}. Paste the exports into another shell, "
                "then run `rollforward bootstrap` and `rollforward apply` there. "
                "Ctrl-C stops the local cloud and deletes everything in it."
            )
            signal.pause()
