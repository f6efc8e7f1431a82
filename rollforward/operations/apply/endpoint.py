"""Rolls the endpoint of one model: applies its stack and proves the endpoint."""

from config.schema.settings import Environment
from rollforward.errors import RollforwardError
from rollforward.operations.apply.run import apply_without_review, prepare
from rollforward.operations.prove import Proof


def apply_command(environment: Environment, model: str) -> str:
    """The command that rolls the endpoint after a review."""
    return f"rollforward apply {model} --env {environment.name}"


def apply_endpoint(environment: Environment, model: str) -> Proof:
    """Apply the endpoint's stack and prove the endpoint.

    Raises RollforwardError with Terraform's message, or if there is no proof.
    """
    with prepare(environment, [model], lambda *_: None) as work:
        apply_without_review(work)
    (job,) = work.jobs
    if job.proof is None:
        raise RollforwardError(job.error)
    return job.proof
