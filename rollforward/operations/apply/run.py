"""Plans and applies the stacks of an environment, in their order and side by side where possible."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from rollforward.errors import RollforwardError
from rollforward.operations.apply.instance_count import instance_options
from rollforward.operations.apply.prepare import Work
from rollforward.operations.apply.retry import apply_until_settled, is_roll_back
from rollforward.operations.apply.review import require_reviewed
from rollforward.operations.apply.stack_job import (
    APPLIED,
    APPLIED_AGAIN,
    APPLIED_BUT_ROLLED_BACK,
    APPLYING,
    DECLINED,
    FAILED,
    NO_CHANGES,
    PLANNED,
    PLANNING,
    PROVING,
    SKIPPED,
    WAITING_FOR_THE_ENDPOINT,
    StackJob,
)
from rollforward.operations.prove import prove
from rollforward.operations.terraform_state import last_outputs
from rollforward.terraform.errors import TerraformError
from rollforward.terraform.ordering import SkippedError, run_side_by_side, skipped_because
from rollforward.terraform.plans import Plan, plan_of


def plan(work: Work, jobs: Sequence[StackJob]) -> None:
    """Plan each of `jobs`."""
    _run(work, jobs, _plan, ordered=False)


def apply_after_review(work: Work, approve: Callable[[Sequence[StackJob]], bool]) -> None:
    """Plan, apply and prove, one round after the other. Nothing is applied unless `approve` returns True."""
    for jobs in filter(None, (work.first, work.later)):
        unmet = [job.name for job in work.first if jobs is work.later and not job.succeeded]
        if unmet:
            for job in jobs:
                _skip(work, job, skipped_because(job.name, unmet))
            continue
        plan(work, jobs)
        to_do = [job for job in jobs if job.result == PLANNED]
        if to_do and not approve(jobs):
            for job in to_do:
                job.result = DECLINED
            continue
        _run(work, jobs, _apply, ordered=True)


def apply_without_review(work: Work) -> None:
    """Apply and prove every stack, each one after the stacks that it needs."""
    _run(work, work.jobs, _plan_and_apply, ordered=True)


def _run(
    work: Work, jobs: Sequence[StackJob], step: Callable[[Work, StackJob], None], *, ordered: bool
) -> None:
    def run_step(job: StackJob) -> None:
        try:
            step(work, job)
        except RollforwardError as error:
            job.fail(error)
            raise
        finally:
            work.report(job.name, job.outcome)

    errors = run_side_by_side(
        {job.name: partial(run_step, job) for job in jobs},
        {job.name: job.after for job in jobs} if ordered else {},
        work.processes,
    )
    for job in jobs:
        # `run_step` has recorded every other error.
        if isinstance(error := errors.get(job.name), SkippedError):
            _skip(work, job, error)


def _plan(work: Work, job: StackJob) -> None:
    work.report(job.name, PLANNING)
    job.stack.init()
    found = job.stack.plan(*instance_options(job.target, job.stack.folder))
    _record(job, found, PLANNED)


def _apply(work: Work, job: StackJob) -> None:
    if job.result == FAILED:
        raise RollforwardError(job.error)
    if job.result == PLANNED:
        work.report(job.name, APPLYING)
        with _leave_roll_back_to_the_proof(job):
            now = apply_until_settled(
                job.stack.apply,
                lambda _: _apply_the_rest(work, job),
                job.target,
                partial(_report_wait, work, job),
            )
            job.outputs = {name: (was, now.get(name)) for name, (was, _) in job.outputs.items()}
            job.result = APPLIED
    _prove(work, job)


def _plan_and_apply(work: Work, job: StackJob) -> None:
    work.report(job.name, APPLYING)
    before = last_outputs(work.environment, job.part)
    job.stack.init()
    options = instance_options(job.target, job.stack.folder)
    with _leave_roll_back_to_the_proof(job):
        done = apply_until_settled(
            lambda: job.stack.plan_and_apply(*options),
            lambda error: Plan(
                plan_of(error.printed).changes,
                {name: (None, now) for name, now in _apply_again(work, job).items()},
            ),
            job.target,
            partial(_report_wait, work, job),
        )
        outputs = {
            name: (before.get(name), now)
            for name, (_, now) in done.outputs.items()
            if before.get(name) != now
        }
        _record(job, Plan(done.changes, outputs), APPLIED)
    _prove(work, job)


@contextmanager
def _leave_roll_back_to_the_proof(job: StackJob) -> Iterator[None]:
    """An apply fails when SageMaker rolls back. The proof then finds the reason and rejects the version."""
    try:
        yield
    except TerraformError as error:
        if not is_roll_back(error):
            raise
        job.result = APPLIED_BUT_ROLLED_BACK
        job.changes = job.changes or plan_of(error.printed).changes


def _report_wait(work: Work, job: StackJob, state: str) -> None:
    work.processes.require_going_on()
    work.report(job.name, f"{WAITING_FOR_THE_ENDPOINT}, its state is {state}")


def _apply_the_rest(work: Work, job: StackJob) -> dict[str, Any]:
    """Apply what a failed apply left of the reviewed plan; return the outputs."""
    work.report(job.name, PLANNING)
    second = job.stack.plan(*instance_options(job.target, job.stack.folder))
    require_reviewed(job, second, job.stack.outputs())
    job.note = APPLIED_AGAIN
    work.report(job.name, APPLYING)
    return job.stack.apply()


def _apply_again(work: Work, job: StackJob) -> dict[str, Any]:
    """Apply whatever is due now, because nobody reviewed a plan; return the outputs."""
    job.note = APPLIED_AGAIN
    work.report(job.name, APPLYING)
    job.stack.plan_and_apply(*instance_options(job.target, job.stack.folder))
    return job.stack.outputs()


def _record(job: StackJob, found: Plan, result: str) -> None:
    job.result = NO_CHANGES if found.empty else result
    job.changes, job.outputs = found.changes, found.outputs


def _prove(work: Work, job: StackJob) -> None:
    def report_state(state: str) -> None:
        work.processes.require_going_on()
        work.report(job.name, f"{PROVING}, its endpoint is {state}")

    if job.target is not None:
        rolled_back = job.result == APPLIED_BUT_ROLLED_BACK
        job.proof = prove(job.target, report_state, rolled_back=rolled_back)


def _skip(work: Work, job: StackJob, error: SkippedError) -> None:
    job.result, job.error = SKIPPED, str(error)
    work.report(job.name, SKIPPED)
