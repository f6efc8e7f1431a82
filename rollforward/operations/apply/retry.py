"""Finishes an apply that Terraform's provider gives up before SageMaker is done.

The delete waiter of provider 5.100 takes an endpoint that is `Deleting` for deleted. The endpoint that
replaces it then fails, because the name is still taken (hashicorp/terraform-provider-aws #40080). The update
waiter does not know `RollingBack`: a roll back fails there, before the postcondition is checked (#49020).
Neither waits for an endpoint that autoscaling, or an interrupted apply, is still updating.
Source: internal/service/sagemaker/endpoint.go of the provider.
"""

from collections.abc import Callable
from time import sleep
from typing import TypeVar

from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from config.outputs import SAGEMAKER_ROLLED_BACK
from config.schema.settings import Environment
from rollforward.errors import RollforwardError
from rollforward.operations.prove import SETTLE_TIMEOUT_SECONDS, UNSETTLED
from rollforward.operations.status import ABSENT, state
from rollforward.terraform.errors import TerraformError

# With the quotation mark: an endpoint configuration that exists is another matter.
NAME_TAKEN = 'Cannot create already existing endpoint "'
IN_PROGRESS = "Cannot update in-progress endpoint"
ROLLING_BACK = "unexpected state 'RollingBack'"
POLL_SECONDS = 2
# Of applying again, and the time between two of them.
ATTEMPTS = 6
PAUSE_SECONDS = 5

Result = TypeVar("Result")


def is_roll_back(error: RollforwardError) -> bool:
    """SageMaker rolls back, or has rolled back, what the apply asked for."""
    return any(words in str(error) for words in (SAGEMAKER_ROLLED_BACK, ROLLING_BACK))


def apply_until_settled(
    apply: Callable[[], Result],
    apply_again: Callable[[TerraformError], Result],
    environment: Environment,
    model: str | None,
    seen: Callable[[str], None],
) -> Result:
    """The result of `apply`; of `apply_again` if it came while the endpoint was deleted or updated.

    `apply_again` gets the error of `apply`, and is called up to ATTEMPTS times: AWS does not say that a name
    is free as soon as DescribeEndpoint no longer finds it. `seen` is told of the endpoint's state at each
    look.
    """
    try:
        return apply()
    except TerraformError as error:
        first = refused = error
    for attempt in range(ATTEMPTS):
        if model is None or not _is_over(refused, environment, model, seen):
            break
        sleep(PAUSE_SECONDS if attempt else 0)
        try:
            return apply_again(first)
        except TerraformError as error:
            refused = error
    raise refused


def _is_over(
    error: TerraformError, environment: Environment, model: str, seen: Callable[[str], None]
) -> bool:
    """What SageMaker refused the apply for ends by itself, and has ended."""
    said = str(error)
    if NAME_TAKEN in said:
        # An endpoint that stays keeps its name.
        return _settled(environment, model, seen) == ABSENT
    return IN_PROGRESS in said and _settled(environment, model, seen) is not None


def _settled(environment: Environment, model: str, seen: Callable[[str], None]) -> str | None:
    """The state that the endpoint settles in; None if it does not settle in time."""

    def look() -> str:
        now = state(environment, model)
        seen(now)
        return now

    waiting = Retrying(
        retry=retry_if_result(lambda now: now in UNSETTLED),
        wait=wait_fixed(POLL_SECONDS),
        stop=stop_after_delay(SETTLE_TIMEOUT_SECONDS),
    )
    try:
        return str(waiting(look))
    except RetryError:
        return None
