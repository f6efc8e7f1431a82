"""The roll of one model's endpoint: the apply of its stack, done here or by hand."""

from config.schema.settings import Environment
from rollforward.errors import RollforwardError
from rollforward.operations import apply
from rollforward.operations.prove import Proof


def by_hand(environment: Environment, model: str) -> str:
    """The command to type."""
    return f"python -m rollforward apply {model} --env {environment.name}"


def roll(environment: Environment, model: str) -> Proof:
    """Apply, and prove it. Raises RollforwardError with what Terraform says, or if there is no proof."""
    with apply.prepared(environment, [model], lambda *_: None) as work:
        apply.apply_unasked(work)
    (job,) = work.jobs
    if job.proof is None:
        raise RollforwardError(job.error)
    return job.proof
