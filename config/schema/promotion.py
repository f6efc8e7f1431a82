"""The gate's settings: which versions of a model may go live, and how many stay deployable."""

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from config.schema.base import FiniteNumber, Frozen
from config.schema.rules import worded

# The characters of a key of CustomerMetadataProperties, without spaces. The registrar adds a prefix.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
MetricName = Annotated[
    str,
    worded(r"[\w.:/=+@-]{1,100}", "1 to 100 letters, digits and _ . : / = + @ -, without spaces"),
]

MAX_RULES = 20
# A standard parameter holds 4 KB; 512 bytes are for the image, whose URI has up to 460 characters.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html
MAX_PROMOTION_BYTES = 4096 - 512


class Rule(Frozen):
    """What the gate requires of one metric."""

    metric: MetricName
    direction: Literal["higher", "lower"] | None = None
    # How much worse than the live version's metric it may be. Without a tolerance, it must be better.
    tolerance: FiniteNumber | None = Field(default=None, ge=0)
    floor: FiniteNumber | None = None
    ceiling: FiniteNumber | None = None

    @model_validator(mode="after")
    def _requires_something(self) -> "Rule":
        if self.tolerance is not None and self.direction is None:
            raise ValueError("tolerance needs a direction: higher or lower, whichever is better")
        if (self.direction, self.floor, self.ceiling) == (None, None, None):
            raise ValueError(f"expected a direction, a floor or a ceiling for {self.metric}")
        if self.floor is not None and self.ceiling is not None and self.ceiling < self.floor:
            raise ValueError(
                f"expected ceiling to be at least floor ({self.floor:g}), found {self.ceiling:g}"
            )
        return self


def _bytes_of(value: Any) -> int:
    """The length of the value as Terraform's JSON in bytes. Terraform writes 1e300 with all its zeros."""
    if isinstance(value, dict):
        return 2 + sum(_bytes_of(key) + _bytes_of(inner) + 2 for key, inner in value.items())
    if isinstance(value, list):
        return 2 + sum(_bytes_of(inner) + 1 for inner in value)
    if isinstance(value, float):
        return len(f"{Decimal(repr(value)):f}")
    return len(json.dumps(value, ensure_ascii=False).encode())


class Promotion(Frozen):
    """Which of the registered versions go live, and which stay deployable."""

    # With fewer than two versions, there is none to roll back to.
    keep_versions: int = Field(default=5, ge=2, le=10)
    # Every version, the versions that a person approves, or those that pass the rules.
    approve: Literal["automatic", "manual", "better"] = "automatic"
    rules: list[Rule] = Field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The JSON that the registrar reads: it has no keys that a rule leaves out."""
        return self.model_dump(exclude_none=True)

    @model_validator(mode="after")
    def _fits_together(self) -> "Promotion":
        if mistakes := list(self._mistakes()):
            raise ValueError("; ".join(mistakes))
        return self

    def _mistakes(self) -> Iterator[str]:
        if self.approve == "better" and not self.rules:
            yield "`approve: better` needs at least one rule"
        if self.approve != "better" and self.rules:
            yield f"rules need `approve: better`, found `approve: {self.approve}`"
        if len(self.rules) > MAX_RULES:
            yield f"expected at most {MAX_RULES} rules, found {len(self.rules)}"
        for metric, count in Counter(rule.metric for rule in self.rules).items():
            if count > 1:
                yield f"expected one rule for each metric, found {count} for {metric}"
        if (size := _bytes_of(self.as_json())) > MAX_PROMOTION_BYTES:
            yield (
                f"expected at most {MAX_PROMOTION_BYTES} bytes as JSON, which a parameter holds "
                f"beside the image, found {size}: shorten the rules, or have fewer"
            )
