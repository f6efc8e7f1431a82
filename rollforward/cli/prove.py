"""The command prove, and how a proof is format_proof."""

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from config import names
from config.schema import settings
from config.schema.settings import Environment
from rollforward.cli.console import exit_on_error, facts, print_json
from rollforward.cli.options import EnvironmentName, Json
from rollforward.console import err, out
from rollforward.operations.apply.endpoint import apply_command
from rollforward.operations.prove import FAILED, LIVE, NO_ENDPOINT, ROLLED_BACK, Proof
from rollforward.operations.prove import prove as prove_one

app = typer.Typer()


@app.command()
def prove(
    models: Annotated[
        list[str] | None, typer.Argument(help="Models; all of them if none is given.")
    ] = None,
    env: EnvironmentName = "dev",
    as_json: Json = False,
) -> None:
    """Prove that endpoints serve what the last apply asked for; exit code 1 if one does not."""
    with exit_on_error():
        environment = settings.load(env)
        wanted = models or list(environment.models)
        for model in wanted:
            environment.model(model)
        proofs = []
        for model in wanted:
            proofs.append(run_proof(environment, model))
            if not as_json:
                out.print(format_proof(environment, proofs[-1]), markup=False)
        if as_json:
            print_json(proofs)
        raise typer.Exit(0 if all(proof.holds for proof in proofs) else 1)


def run_proof(environment: Environment, model: str) -> Proof:
    """The proof, with the endpoint's state and the time that it takes on stderr."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task(f"proving {model}", total=None)

        def seen(state: str) -> None:
            progress.update(task, description=f"proving {model}: its endpoint is {state}")

        return prove_one(environment, model, seen)


def format_proof(environment: Environment, proof: Proof) -> str:
    if proof.verdict == NO_ENDPOINT and proof.holds:
        return f"{proof.model}: no endpoint, and no registered model"
    named = {
        "asked for": proof.asked if proof.asked != proof.live else None,
        "live": proof.live,
        "registered": proof.registered if proof.registered != proof.live else None,
        "in config": proof.wanted if proof.wanted not in (proof.registered, proof.live) else None,
        "note" if proof.verdict == LIVE else "reason": proof.reason,
        "rejected": ", ".join(f"version {number}" for number in proof.rejected),
        "next": _next(environment, proof),
    }
    return facts(
        f"{proof.model}: {proof.verdict}", {name: fact for name, fact in named.items() if fact}
    )


def _next(environment: Environment, proof: Proof) -> str | None:
    apply = apply_command(environment, proof.model)
    if proof.verdict == FAILED:
        endpoint = names.endpoint(environment, proof.model)
        return (
            "a failed endpoint can't be updated, and the model may be to blame (then reject it): "
            f"aws sagemaker delete-endpoint --endpoint-name {endpoint} --region {environment.region}, "
            f"then {apply}"
        )
    if proof.verdict in (LIVE, NO_ENDPOINT):
        return f"an apply is due: {apply}" if proof.due else None
    return _next_after_rejection(environment, proof, apply)


def _next_after_rejection(environment: Environment, proof: Proof, apply: str) -> str:
    if proof.wanted is None:
        return (
            "deliver or approve a model first: no approved version is left, "
            "and an apply would remove the endpoint"
        )
    if proof.verdict == ROLLED_BACK and not proof.due:
        if proof.asked == proof.live:
            return (
                f"the model is live with its earlier settings: correct the new ones, then {apply}"
            )
        return "nothing: the endpoint serves the registered version already"
    if proof.wanted == proof.asked and environment.model(proof.model).source != "registered":
        return f"the model's source in config is what failed: change that, then {apply}"
    if proof.registered == proof.asked:
        return (
            "the version is rejected, but the pointer still names it: "
            f"look into /aws/lambda/{names.registrar(environment)}"
        )
    return apply
