"""The operator's command: `python -m rollforward`."""

import shlex
import signal
import sys
from typing import Annotated

import typer

from config import settings
from rollforward import (
    apply_commands,
    delivery_commands,
    history_commands,
    invocation_commands,
    permission_commands,
    proof_commands,
    verdict_commands,
)
from rollforward import bootstrap as bootstrapping
from rollforward import demo as demonstration
from rollforward import status as statuses
from rollforward.console import err, facts, out, print_json, told
from rollforward.local.cloud import local_cloud
from rollforward.options import WORK, EnvironmentName, Json
from rollforward.terraform import cli_environment

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Drop model.tar.gz into S3; the SageMaker endpoint rolls forward to it.",
)

app.add_typer(delivery_commands.app)
app.add_typer(apply_commands.app)
app.add_typer(history_commands.app)
app.add_typer(verdict_commands.app)
app.add_typer(proof_commands.app)
app.add_typer(invocation_commands.app)
app.add_typer(permission_commands.app)


@app.callback()
def before_any_command() -> None:
    # Whoever stops us, a person or a service manager, what we started is stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@app.command()
def demo(as_json: Json = False) -> None:
    """Play the whole story on this machine: no AWS account, real Terraform, real predictions."""
    with told():
        result = demonstration.play(WORK / "demo", quiet=as_json)
        if as_json:
            print_json(result)
        raise typer.Exit(0 if result.succeeded else 1)


@app.command()
def local(env: EnvironmentName = "dev", as_json: Json = False) -> None:
    """Keep a local cloud up until Ctrl-C, and print what to export to reach it."""
    with told():
        environment = settings.load(env)
        folder = WORK / "cloud"
        with local_cloud(folder, environment.account, environment.region) as cloud:
            exports = {**cloud.environment, **cli_environment(folder.resolve())}
            if as_json:
                print_json(exports)
            else:
                for name, value in exports.items():
                    out.print(f"export {name}={shlex.quote(value)}", markup=False)
            sys.stdout.flush()
            err.print(f"The local cloud is up; its logs are in {cloud.logs}. Ctrl-C stops it.")
            signal.pause()


@app.command()
def bootstrap(env: EnvironmentName = "dev", as_json: Json = False) -> None:
    """Create the bucket for Terraform's state, or put its settings right."""
    with told():
        made = bootstrapping.bootstrap(settings.load(env))
        if as_json:
            print_json(made)
        else:
            verb = "created" if made.created else "was there; its settings are right"
            out.print(f"{made.bucket} in {made.region}: {verb}")


@app.command()
def status(
    model: Annotated[str | None, typer.Argument(help="A model; all of them if not given.")] = None,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """What is registered, what is live, and whether they agree; exit code 1 if they do not."""
    with told():
        environment = settings.load(env)
        wanted = [model] if model else list(environment.models)
        found = [statuses.status(environment, name) for name in wanted]
        if as_json:
            print_json([{**vars(one), "agree": one.agree} for one in found])
        else:
            for one in found:
                out.print(_shown(one), markup=False)
        raise typer.Exit(0 if all(one.agree for one in found) else 1)


def _shown(one: statuses.Status) -> str:
    named = {
        "registered": one.registered
        or ("none" + (f"; deliver to {one.deliver_to}" if one.follows else "")),
        **(
            {}
            if one.source == "registered"
            else {"source": f"{one.source}, whatever is registered"}
        ),
        "live": one.live or "none",
        **{f"beside, {name}": _beside(variant) for name, variant in one.beside.items()},
        "endpoint": f"{one.endpoint}: {one.state}" + (f" ({one.failure})" if one.failure else ""),
        "agree": "yes" if one.agree else "NO",
    }
    if one.asked_for:
        title = "rolled back from" if one.state == "InService" else "asked for"
        other = " with other settings" if one.asked_for == one.live else ""
        named[title] = one.asked_for + other
    return facts(one.model, named)


def _beside(variant: statuses.Beside) -> str:
    other = f", not {variant.wanted or 'none'}" if variant.wanted != variant.live else ""
    return (variant.live or "none") + other


if __name__ == "__main__":
    app()
