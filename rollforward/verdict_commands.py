"""The commands about a model's versions: history, approve, reject, revert."""

import os
from typing import Annotated

import typer
from rich.table import Table

from config import names, settings
from config.settings import Environment
from rollforward import registry
from rollforward.console import err, out, print_json, told
from rollforward.options import WORK, EnvironmentName, Json, ModelName
from rollforward.terraform import Stack, cli_environment, synthesize

app = typer.Typer()

Number = Annotated[int, typer.Argument(help="A version's number, as history shows it.")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the registry with the version.")]


@app.command()
def history(model: ModelName, env: EnvironmentName = "dev", as_json: Json = False) -> None:
    """Every version of a model: from which delivery, its verdict and why, what is live."""
    with told():
        environment = settings.load(env)
        environment.model(model)
        versions = registry.history(environment, model)
        if as_json:
            print_json(versions)
        else:
            out.print(_table(versions))


@app.command()
def approve(
    model: ModelName,
    version: Number,
    reason: Reason = "Approved by hand",
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Approve a version; if it is the newest approved one, the pointer moves to it."""
    with told():
        _decided(settings.load(env), model, version, registry.APPROVED, reason, as_json)


@app.command()
def reject(
    model: ModelName,
    version: Number,
    reason: Reason = "Rejected by hand",
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Reject a version; if it is the registered one, the pointer goes back to the one before."""
    with told():
        _decided(settings.load(env), model, version, registry.REJECTED, reason, as_json)


@app.command()
def revert(
    model: ModelName,
    to: Annotated[
        int | None, typer.Option(help="The version to go back to; the one before if not given.")
    ] = None,
    reason: Reason = "Reverted by hand",
    apply: Annotated[bool, typer.Option("--apply", help="Roll the endpoint as well.")] = False,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Reject the registered version, wait until the pointer is back, say how to roll the endpoint."""
    with told():
        environment = settings.load(env)
        environment.model(model)
        with err.status("waiting for the pointer to go back"):
            done = registry.revert(environment, model, to, reason)
        if apply:
            with err.status("rolling the endpoint back"):
                _roll(environment, model)
        if as_json:
            print_json(done)
            return
        out.print(f"{done.before} → {done.registered}; rejected: {_numbers(done.rejected)}")
        if not apply:
            stack = names.stack(environment, f"sagemaker-{model}")
            out.print(f"to roll: DEPLOYMENT_ENV={environment.name} npx cdktf deploy {stack}")


def _decided(
    environment: Environment,
    model: str,
    number: int,
    verdict: registry.Decision,
    reason: str,
    as_json: bool,
) -> None:
    environment.model(model)
    version = registry.decide(environment, model, number, verdict, reason)
    if as_json:
        print_json(version)
    else:
        out.print(f"{model} version {version.number}: {version.verdict}; the pointer follows")


def _roll(environment: Environment, model: str) -> None:
    folder = (WORK / "revert").resolve()
    synthesize(environment.name, folder / "cdktf.out")
    name = names.stack(environment, f"sagemaker-{model}")
    environ = {**os.environ, **cli_environment(folder)}
    stack = Stack(folder / "cdktf.out" / "stacks" / name, environ)
    stack.init()
    stack.plan()
    stack.apply()


def _numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _table(versions: list[registry.Version]) -> Table:
    table = Table("", "delivered as", "at", "verdict", "is", "reason", box=None)
    for one in versions:
        states = [("registered", one.is_registered), ("live", one.is_live)]
        table.add_row(
            str(one.number),
            one.delivered,
            one.delivered_at,
            one.verdict,
            ", ".join(name for name, holds in states if holds),
            one.reason,
        )
    return table
