"""Whether a second plan is what is left of the plan that somebody approved.

Minutes pass while an apply waits for the endpoint. A version that is approved meanwhile, or instances that
autoscaling adds, are in the second plan, and nobody has reviewed them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from config.addresses import ENDPOINT_TYPE
from config.outputs import ENDPOINT_CONFIGURATION, REGISTERED_MODEL
from config.schema.settings import Environment
from rollforward.errors import RollforwardError
from rollforward.operations.apply.stack_job import Job
from rollforward.terraform.plans import Plan

REVIEWED = (REGISTERED_MODEL, ENDPOINT_CONFIGURATION)


def require_reviewed(
    environment: Environment, job: Job, second: Plan, current: Mapping[str, Any]
) -> None:
    """Raise RollforwardError with what `second` has that the job's approved plan does not have.

    `current` holds the outputs in Terraform's state; a failed apply has already written some of them.
    """
    differences = [*_other_outputs(job, second, current), *_other_changes(job, second)]
    if not differences:
        return
    endpoints = second.of_type(ENDPOINT_TYPE)
    absent = any(change.actions == ("create",) for change in endpoints)
    raise RollforwardError(
        f"{job.name}: the plan changed while the apply waited for the endpoint. Nothing more was applied.\n"
        + "".join(f"  {difference}\n" for difference in differences)
        + ("There is no endpoint until the next apply.\n" if absent else "")
        + f"Review and apply the new plan: rollforward apply {job.model} --env {environment.name}"
    )


def _other_outputs(job: Job, second: Plan, current: Mapping[str, Any]) -> Iterator[str]:
    for name in REVIEWED:
        # An output that does not change has its value in the state; None is known after the apply only.
        approved, now = (
            outputs[name][1] if name in outputs else current.get(name)
            for outputs in (job.outputs, second.outputs)
        )
        if None not in (approved, now) and approved != now:
            yield f"{name}: approved {approved}, now {now}"


def _other_changes(job: Job, second: Plan) -> Iterator[str]:
    """A part of an approved change is approved: the `create` of a replacement whose `delete` is done."""
    approved = {change.address: set(change.actions) for change in job.changes}
    for change in second.changes:
        if not approved.get(change.address, set()).issuperset(change.actions):
            yield f"{' and '.join(change.actions)} {change.address}: not approved"
