"""The share of the requests that each variant gets. One Terraform variable for each variant changes it.

    TF_VAR_challenger_percent=50 rollforward apply sentiment

shifts the traffic until the next apply; the environment's file shifts it permanently.
"""

from collections.abc import Sequence

from cdktf import TerraformVariable, TerraformVariableValidationConfig
from constructs import Construct

from config import addresses, names
from config.schema.resolved_variant import ResolvedVariant
from config.schema.variants import PRIMARY, SHADOW
from stacks.constructs.address import address

ALL_REQUESTS = "100"


class TrafficShare(TerraformVariable):
    """The percentage of the requests that one variant beside the primary one gets."""

    def __init__(self, scope: Construct, *, variant: str, percent: int) -> None:
        name = names.share_variable(variant)
        variable = addresses.address("var", name)
        super().__init__(
            scope,
            name,
            type="number",
            default=percent,
            description=f"Percent of the requests that {variant} gets",
            validation=[
                TerraformVariableValidationConfig(
                    condition=f"${{{variable} >= 0 && {variable} <= 100 && floor({variable}) == {variable}}}",
                    error_message=f"{name} is a whole number from 0 to 100.",
                )
            ],
        )


def traffic_shares(scope: Construct, variants: Sequence[ResolvedVariant]) -> dict[str, str]:
    """Expressions of the percentages, by variant name. The primary variant is first: it gets the rest.

    A shadow takes nothing from the primary variant. The percentages are whole numbers, because AWS returns
    0.9 as 0.8999999761581421, and every plan would show a change.
    """
    others = {
        variant.name: address(
            TrafficShare(scope, variant=variant.name, percent=variant.traffic_percent)
        )
        for variant in variants[1:]
    }
    taken = [share for name, share in others.items() if name != SHADOW]
    return {PRIMARY: " - ".join([ALL_REQUESTS, *taken]), **others}
