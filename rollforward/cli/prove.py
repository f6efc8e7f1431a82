"""`rollforward prove`."""

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from config.schema import settings
from rollforward.cli.console import exit_on_error, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.cli.proof_view import proof_text
from rollforward.console import err, is_animated, out
from rollforward.operations import prove as operation
from rollforward.operations.prove import Proof
from rollforward.target import Target, targets

app = typer.Typer()


@app.command()
def prove(
    models: Annotated[
        list[str] | None, typer.Argument(help="The models; all of them if no model is named.")
    ] = None,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Prove that endpoints serve what the last apply asked for; exit code 1 if one does not."""
    with exit_on_error():
        proofs = []
        for target in targets(settings.load(env), models):
            proofs.append(_run_proof(target))
            if not as_json:
                out.print(proof_text(target, proofs[-1]), markup=False)
        if as_json:
            print_json(proofs)
        raise typer.Exit(0 if all(proof.holds for proof in proofs) else 1)


def _run_proof(target: Target) -> Proof:
    """Prove the endpoint; show its state and the elapsed time on stderr."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not is_animated()) as progress:
        task = progress.add_task(f"proving {target.model}", total=None)

        def show(state: str) -> None:
            progress.update(task, description=f"proving {target.model}: its endpoint is {state}")

        return operation.prove(target, show)
