"""`rollforward revert`."""

import dataclasses
from typing import Annotated

import typer

from config.schema import settings
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json, ModelName, Reason
from rollforward.cli.proof_view import proof_text
from rollforward.console import err, out, working
from rollforward.operations import revert as operation
from rollforward.operations.apply import endpoint as endpoint_operation
from rollforward.operations.prove import Proof
from rollforward.operations.revert import Revert
from rollforward.operations.wanted import pointer_note
from rollforward.target import Target

app = typer.Typer()


@app.command()
def revert(
    model: ModelName,
    to: Annotated[
        int | None,
        typer.Option(help="The version to return to; the one before if no version is named."),
    ] = None,
    reason: Reason = "Reverted by hand",
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Also apply the endpoint's stack, and prove the endpoint."),
    ] = False,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Reject the registered version, wait until the pointer is back, say how to roll the endpoint."""
    with exit_on_error():
        target = Target(settings.load(env), model)
        if note := pointer_note(target):
            err.print(f"note: {note}", markup=False)
        done = _revert(target, to, reason)
        proof = _apply(target) if apply else None
        if as_json:
            print_json({**dataclasses.asdict(done), "proof": proof})
        else:
            numbers = ", ".join(map(str, done.rejected))
            out.print(f"{done.before} → {done.registered}; rejected: {numbers}")
            roll = f"to roll the endpoint: {target.command('apply')}"
            out.print(proof_text(target, proof) if proof else roll, markup=False)
        # The proof may hold although the reverted model is live, if SageMaker rolled back to it.
        failed = proof is not None and not (proof.holds and proof.live != done.before)
        raise typer.Exit(1 if failed else 0)


def _revert(target: Target, to: int | None, reason: str) -> Revert:
    steps: list[str] = []

    def report(step: str) -> None:
        steps.append(step)
        err.print(step, markup=False)

    try:
        with working("waiting for the pointer"):
            return operation.revert(target, to, reason, report)
    except KeyboardInterrupt:
        if steps:
            look = target.command("status")
            err.print(
                f"the pointer follows; wait for it and see the next command: {look}", markup=False
            )
        raise


def _apply(target: Target) -> Proof:
    try:
        with working("rolling the endpoint"):
            return endpoint_operation.apply_endpoint(target)
    except KeyboardInterrupt:
        prove, apply = target.command("prove"), target.command("apply")
        err.print(f"the endpoint is perhaps not rolled yet: {prove}, then {apply}", markup=False)
        raise
