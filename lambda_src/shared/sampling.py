"""How many requests are needed until a fleet that receives a share of them has answered one."""

from math import ceil, log

# The probability that the new fleet has answered, before it counts as passed.
REACHED = 0.99
# The same probability, before failures count against the new fleet although the old fleet answers too.
CERTAIN = 0.9999
# Between two requests.
PAUSE_SECONDS = 0.1


def share_beside(step: float) -> float:
    """The smallest share of the requests that `step` of a new fleet receives, beside the whole old fleet."""
    return 1 if step >= 1 else step / (1 + step)


def requests_to_reach(share: float, probability: float) -> int:
    """The smallest n with 1 - (1 - share)^n ≥ probability. `share` is above 0."""
    return 1 if share >= 1 else ceil(log(1 - probability) / log(1 - share))
