"""The roll of one model's endpoint: the apply of its stack, done here or by hand."""

from config.settings import Environment
from rollforward import applying
from rollforward.errors import RollforwardError


def by_hand(environment: Environment, model: str) -> str:
    """The command to type."""
    return f"python -m rollforward apply {model} --env {environment.name}"


def roll(environment: Environment, model: str) -> None:
    """Raises RollforwardError with what Terraform says."""
    with applying.prepared(environment, [model], lambda *_: None) as work:
        applying.apply_all(work, lambda _: True, values=False)
        for job in work.jobs:
            if job.error:
                raise RollforwardError(job.error)
