"""Applies again when Terraform's provider stops before SageMaker is done.

The delete waiter of provider 5.100 takes an endpoint that is `Deleting` for deleted. The creation of the
endpoint that replaces it then fails, because the name is still taken (hashicorp/terraform-provider-aws
#40080). The update waiter does not know the state `RollingBack`: an apply that SageMaker rolls back fails
there, before the postcondition is checked (#49020). Neither waiter waits for an endpoint that autoscaling, or
an interrupted apply, is still updating. Source: internal/service/sagemaker/endpoint.go of the provider.
"""

from collections.abc import Callable
from time import sleep
from typing import TypeVar

from config.outputs import SAGEMAKER_ROLLED_BACK
from rollforward.aws.endpoint import ABSENT, UNSETTLED, endpoint_state
from rollforward.errors import RollforwardError
from rollforward.operations.prove import SETTLE_TIMEOUT_SECONDS
from rollforward.polling import poll
from rollforward.target import Target
from rollforward.terraform.errors import TerraformError

# With the quotation mark: an endpoint configuration that already exists is a different error.
NAME_TAKEN = 'Cannot create already existing endpoint "'
IN_PROGRESS = "Cannot update in-progress endpoint"
ROLLING_BACK = "unexpected state 'RollingBack'"
POLL_SECONDS = 2
# The number of further applies, and the time between two of them.
ATTEMPTS = 6
PAUSE_SECONDS = 5

Result = TypeVar("Result")


def is_roll_back(error: RollforwardError) -> bool:
    """Whether the apply failed because SageMaker rolls back, or has rolled back."""
    return any(words in str(error) for words in (SAGEMAKER_ROLLED_BACK, ROLLING_BACK))


def apply_until_settled(
    apply: Callable[[], Result],
    apply_again: Callable[[TerraformError], Result],
    target: Target | None,
    on_state: Callable[[str], None],
) -> Result:
    """Return the result of `apply`, or of `apply_again` if SageMaker was deleting or updating the endpoint.

    `apply_again` gets the error of `apply`. It is called up to ATTEMPTS times, because the name may still be
    taken when DescribeEndpoint no longer finds the endpoint. `on_state` is called with the endpoint's state
    at each look.
    """
    try:
        return apply()
    except TerraformError as error:
        first = last = error
    for attempt in range(ATTEMPTS):
        if target is None or not _wait_for_obstacle(last, target, on_state):
            break
        sleep(PAUSE_SECONDS if attempt else 0)
        try:
            return apply_again(first)
        except TerraformError as error:
            last = error
    raise last


def _wait_for_obstacle(
    error: TerraformError, target: Target, on_state: Callable[[str], None]
) -> bool:
    """Wait until the endpoint's deletion or update, which blocked the apply, ends. False if it does not."""
    if NAME_TAKEN in str(error):
        # An endpoint that is not being deleted keeps its name.
        return _wait_until_settled(target, on_state) == ABSENT
    return IN_PROGRESS in str(error) and _wait_until_settled(target, on_state) is not None


def _wait_until_settled(target: Target, on_state: Callable[[str], None]) -> str | None:
    """The state in which the endpoint settles; None if it does not settle in time."""

    def look() -> str | None:
        state = endpoint_state(target)
        on_state(state)
        return None if state in UNSETTLED else state

    return poll(look, timeout_seconds=SETTLE_TIMEOUT_SECONDS, pause_seconds=POLL_SECONDS)
