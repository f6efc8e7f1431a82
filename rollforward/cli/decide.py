"""The commands that decide about a model's versions: approve, reject, revert."""

import dataclasses
from typing import Annotated

import typer

from config.schema import settings
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json, ModelName
from rollforward.cli.prove import format_proof
from rollforward.console import err, out
from rollforward.operations import history as registry
from rollforward.operations import wanted as sources
from rollforward.operations.apply import endpoint as rolling
from rollforward.operations.apply.endpoint import apply_command

app = typer.Typer()

Number = Annotated[int, typer.Argument(help="A version's number, as history shows it.")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the registry with the version.")]


@app.command()
def approve(
    model: ModelName,
    version: Number,
    reason: Reason = "Approved by hand",
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Approve a version; if it is the newest approved one, the pointer moves to it."""
    _decide(env, model, version, registry.APPROVED, reason, as_json)


@app.command()
def reject(
    model: ModelName,
    version: Number,
    reason: Reason = "Rejected by hand",
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Reject a version; if it is the registered one, the pointer goes back to the one before."""
    _decide(env, model, version, registry.REJECTED, reason, as_json)


@app.command()
def revert(
    model: ModelName,
    to: Annotated[
        int | None, typer.Option(help="The version to go back to; the one before if not given.")
    ] = None,
    reason: Reason = "Reverted by hand",
    apply: Annotated[
        bool, typer.Option("--apply", help="Roll the endpoint as well, and prove it.")
    ] = False,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Reject the registered version, wait until the pointer is back, say how to roll the endpoint."""
    with exit_on_error():
        environment = settings.load(env)
        if unfollowed := sources.unfollowed(environment, model):
            err.print(f"note: {unfollowed}", markup=False)
        with err.status("waiting for the pointer to go back"):
            done = registry.revert(environment, model, to, reason)
        proof = None
        if apply:
            with err.status("rolling the endpoint back"):
                proof = rolling.apply_endpoint(environment, model)
        if as_json:
            print_json({**dataclasses.asdict(done), "proof": proof})
        else:
            out.print(f"{done.before} → {done.registered}; rejected: {_numbers(done.rejected)}")
            out.print(
                format_proof(environment, proof)
                if proof
                else f"to roll: {apply_command(environment, model)}",
                markup=False,
            )
        # Whatever else is live by now, the model that was given up must not be.
        failed = proof is not None and not (proof.holds and proof.live != done.before)
        raise typer.Exit(1 if failed else 0)


def _decide(
    env: str,
    model: str,
    number: int,
    verdict: registry.Decision,
    reason: str,
    as_json: bool,
) -> None:
    with exit_on_error():
        environment = settings.load(env)
        environment.model(model)
        decided = registry.decide(environment, model, number, verdict, reason)
        if as_json:
            print_json(decided)
            return
        numbers = [version.number for version in decided]
        same = " (the same model)" if len(numbers) > 1 else ""
        versions = f"version{'s' if same else ''} {_numbers(numbers)}{same}"
        out.print(f"{model} {versions}: {verdict}; the pointer follows")


def _numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
