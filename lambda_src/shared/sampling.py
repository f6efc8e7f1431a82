"""How many requests it takes until a fleet that gets a share of them has answered one."""

from math import ceil, log

# The probability that the new fleet has answered when it is taken to pass.
REACHED = 0.99
# The same, before it is blamed for requests of which the old fleet may have answered any.
CERTAIN = 0.9999
# Between two requests.
PAUSE_SECONDS = 0.1


def share_beside(step: float) -> float:
    """The share of the requests that this part of a new fleet gets at worst: beside the whole old fleet."""
    return 1 if step >= 1 else step / (1 + step)


def requests_to_reach(share: float, probability: float) -> int:
    """The smallest n with 1 - (1 - share)^n ≥ probability. `share` is above 0."""
    return 1 if share >= 1 else ceil(log(1 - probability) / log(1 - share))
