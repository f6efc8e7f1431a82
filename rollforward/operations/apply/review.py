"""Compares a second plan with the plan that a person reviewed.

An apply may wait minutes for the endpoint. A version that is approved in that time, or instances that
autoscaling adds, are in the second plan, but nobody has reviewed them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from config.addresses import ENDPOINT_TYPE
from config.outputs import ENDPOINT_CONFIGURATION, REGISTERED_MODEL
from rollforward.errors import RollforwardError
from rollforward.operations.apply.stack_job import StackJob
from rollforward.terraform.plans import Plan

REVIEWED_OUTPUTS = (REGISTERED_MODEL, ENDPOINT_CONFIGURATION)


def require_reviewed(job: StackJob, second: Plan, current: Mapping[str, Any]) -> None:
    """Raise RollforwardError with every difference of `second` that the job's reviewed plan does not have.

    `current` holds the outputs in Terraform's state; the failed apply has already written some of them.
    """
    differences = [*_other_outputs(job, second, current), *_other_changes(job, second)]
    if not differences:
        return
    endpoints = second.of_type(ENDPOINT_TYPE)
    is_absent = any(change.actions == ("create",) for change in endpoints)
    environment = job.name.removesuffix(f"-{job.part}")
    command = (
        job.target.command("apply") if job.target else f"rollforward apply --env {environment}"
    )
    raise RollforwardError(
        f"{job.name}: the plan changed while the apply waited for the endpoint. Nothing more was applied.\n"
        + "".join(f"  {difference}\n" for difference in differences)
        + ("There is no endpoint until the next apply.\n" if is_absent else "")
        + f"Review and apply the new plan: {command}"
    )


def _other_outputs(job: StackJob, second: Plan, current: Mapping[str, Any]) -> Iterator[str]:
    for name in REVIEWED_OUTPUTS:
        # An output that does not change has its value in the state. None is only known after the apply.
        reviewed, now = (
            outputs[name][1] if name in outputs else current.get(name)
            for outputs in (job.outputs, second.outputs)
        )
        if None not in (reviewed, now) and reviewed != now:
            yield f"{name}: approved {reviewed}, now {now}"


def _other_changes(job: StackJob, second: Plan) -> Iterator[str]:
    """A part of a reviewed change is reviewed: the `create` of a replacement whose `delete` is done."""
    reviewed = {change.address: set(change.actions) for change in job.changes}
    for change in second.changes:
        if not reviewed.get(change.address, set()).issuperset(change.actions):
            yield f"{' and '.join(change.actions)} {change.address}: not approved"
