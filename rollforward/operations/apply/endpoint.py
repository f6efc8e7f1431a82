"""Rolls the endpoint of one model: applies its stack and proves the endpoint."""

from rollforward.errors import RollforwardError
from rollforward.operations.apply.prepare import prepare
from rollforward.operations.apply.run import apply_without_review
from rollforward.operations.prove import Proof
from rollforward.target import Target


def apply_endpoint(target: Target) -> Proof:
    """Apply the endpoint's stack and prove the endpoint.

    Raises RollforwardError with Terraform's message, or if there is no proof.
    """
    with prepare(target.environment, [target.model], lambda *_: None) as work:
        apply_without_review(work)
    (job,) = work.jobs
    if job.proof is None:
        raise RollforwardError(job.error)
    return job.proof
