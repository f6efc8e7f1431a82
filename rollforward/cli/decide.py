"""`rollforward approve` and `rollforward reject`."""

from typing import Annotated

import typer

from config.schema import settings
from lambda_src.shared.registry import Approval
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json, ModelName, Reason
from rollforward.console import out
from rollforward.operations.decide import decide
from rollforward.target import Target

app = typer.Typer()

Number = Annotated[
    int, typer.Argument(help="The number of a version, as `rollforward history` shows it.")
]


@app.command()
def approve(
    model: ModelName,
    version: Number,
    reason: Reason = "Approved by hand",
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Approve a version; if it is the newest approved one, the pointer moves to it."""
    _decide(env, model, version, Approval.APPROVED, reason, as_json)


@app.command()
def reject(
    model: ModelName,
    version: Number,
    reason: Reason = "Rejected by hand",
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Reject a version; if it is the registered one, the pointer goes back to the one before."""
    _decide(env, model, version, Approval.REJECTED, reason, as_json)


def _decide(
    env: str, model: str, number: int, approval: Approval, reason: str, as_json: bool
) -> None:
    with exit_on_error():
        target = Target(settings.load(env), model)
        decided = decide(target, number, approval, reason)
        if as_json:
            print_json(decided.versions)
            return
        numbers = ", ".join(str(version.number) for version in decided.versions)
        several = len(decided.versions) > 1
        versions = f"versions {numbers} (the same model)" if several else f"version {numbers}"
        out.print(f"{model} {versions}: {approval}; {decided.pointer}", markup=False)
