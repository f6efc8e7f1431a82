"""One measured number."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """The median of several runs, and its ratio to the figure that `against` names."""

    part: str
    what: str
    median: float
    unit: str
    ratio: float | None = None
    against: str | None = None
    goal: str | None = None
