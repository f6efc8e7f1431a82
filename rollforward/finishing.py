"""Finishes an apply that Terraform's provider gives up before SageMaker is done.

The delete waiter of provider 5.100 takes an endpoint that is `Deleting` for deleted. The endpoint that
replaces it then fails, because the name is still taken (hashicorp/terraform-provider-aws #40080). The update
waiter does not know `RollingBack`: a roll back fails there, before the postcondition is checked (#49020).
Source: internal/service/sagemaker/endpoint.go of the provider.
"""

from collections.abc import Callable
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from config.outputs import TAKEN_BACK
from config.settings import Environment
from rollforward.errors import RollforwardError
from rollforward.status import ABSENT, state
from rollforward.terraform_errors import TerraformError

# With the quotation mark: an endpoint configuration that exists is another matter.
NAME_TAKEN = 'Cannot create already existing endpoint "'
ROLLING_BACK = "unexpected state 'RollingBack'"
DELETING = "Deleting"
DELETE_TIMEOUT_SECONDS = 30 * 60
POLL_SECONDS = 2

Result = TypeVar("Result")


def is_roll_back(error: RollforwardError) -> bool:
    """SageMaker rolls back, or has rolled back, what the apply asked for."""
    return any(words in str(error) for words in (TAKEN_BACK, ROLLING_BACK))


def finished(
    apply: Callable[[], Result],
    apply_again: Callable[[TerraformError], Result],
    environment: Environment,
    model: str | None,
    seen: Callable[[str], None],
) -> Result:
    """The result of `apply`; of `apply_again` if a deleted endpoint still has the name of the new one.

    `seen` is told of the state of the deleted endpoint at each look.
    """
    try:
        return apply()
    except TerraformError as error:
        if model is None or NAME_TAKEN not in str(error):
            raise
        if not _is_deleted(environment, model, seen):
            raise
        return apply_again(error)


def _is_deleted(environment: Environment, model: str, seen: Callable[[str], None]) -> bool:
    """Wait until the endpoint is gone; False if there is one that nobody deletes."""

    def look() -> str:
        now = state(environment, model)
        seen(now)
        return now

    waiting = Retrying(
        retry=retry_if_result(lambda now: now == DELETING),
        wait=wait_fixed(POLL_SECONDS),
        stop=stop_after_delay(DELETE_TIMEOUT_SECONDS),
    )
    try:
        return bool(waiting(look) == ABSENT)
    except RetryError:
        return False
