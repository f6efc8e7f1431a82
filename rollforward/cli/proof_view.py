"""Shows a proof, and the next command."""

from config import names
from lambda_src.shared.prover_answer import Verdict
from rollforward.cli.console import facts
from rollforward.operations.prove import Proof
from rollforward.target import Target


def proof_text(target: Target, proof: Proof) -> str:
    if proof.verdict == Verdict.NO_ENDPOINT and proof.holds:
        return f"{proof.model}: no endpoint, and no registered model"
    named = {
        "asked for": proof.asked if proof.asked != proof.live else None,
        "live": proof.live,
        "registered": proof.registered if proof.registered != proof.live else None,
        "in config": proof.wanted if proof.wanted not in (proof.registered, proof.live) else None,
        "note" if proof.verdict == Verdict.LIVE else "reason": proof.reason,
        "rejected": ", ".join(f"version {number}" for number in proof.rejected),
        "next": _next_step(target, proof),
    }
    return facts(
        f"{proof.model}: {proof.verdict}", {name: fact for name, fact in named.items() if fact}
    )


def _next_step(target: Target, proof: Proof) -> str | None:
    apply = target.command("apply")
    if proof.verdict == Verdict.FAILED:
        return (
            "SageMaker cannot update a failed endpoint. If the model is the cause, reject it. Delete the "
            f"endpoint: aws sagemaker delete-endpoint --endpoint-name {target.endpoint} "
            f"--region {target.region}, then {apply}"
        )
    if proof.verdict == Verdict.NOT_APPLIED:
        return apply if proof.due else "nothing: the endpoint already serves the registered version"
    if proof.verdict in (Verdict.LIVE, Verdict.NO_ENDPOINT):
        return f"an apply is due: {apply}" if proof.due else None
    return _next_step_after_rejection(target, proof, apply)


def _next_step_after_rejection(target: Target, proof: Proof, apply: str) -> str:
    if proof.wanted is None:
        return (
            "deliver or approve a model first: no approved version is left, "
            "and an apply would remove the endpoint"
        )
    if proof.verdict == Verdict.ROLLED_BACK and not proof.due:
        if proof.asked == proof.live:
            return (
                f"the model is live with its earlier settings: correct the new ones, then {apply}"
            )
        return "nothing: the endpoint already serves the registered version"
    if proof.wanted == proof.asked and target.settings.source != "registered":
        return f"the model that the configuration names failed: change its source, then {apply}"
    if proof.registered == proof.asked and proof.rejected:
        return (
            "the version is rejected, but the pointer still names it: see the log group "
            f"/aws/lambda/{names.registrar(target.environment)}"
        )
    return apply
