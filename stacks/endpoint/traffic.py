"""Which share of the requests each variant gets: one Terraform variable moves it.

    TF_VAR_challenger_percent=50 python -m rollforward apply sentiment

shifts the traffic until the next apply; the environment's file shifts it for good.
"""

from collections.abc import Sequence

from cdktf import TerraformStack, TerraformVariable, TerraformVariableValidationConfig

from config import names
from config.schema.resolved_variant import ResolvedVariant
from config.schema.variants import SHADOW


def shares(stack: TerraformStack, variants: Sequence[ResolvedVariant]) -> dict[str, str]:
    """Expressions by variant, the primary one first: it gets the rest.

    Weights are whole numbers: 0.9 is read back as 0.8999999761581421, for ever a change.
    """
    others = {variant.name: _variable(stack, variant) for variant in variants[1:]}
    taken = [share for name, share in others.items() if name != SHADOW]
    return {names.VARIANT: " - ".join(["100", *taken]), **others}


def _variable(stack: TerraformStack, variant: ResolvedVariant) -> str:
    name = names.share_variable(variant.name)
    variable = f"var.{name}"
    TerraformVariable(
        stack,
        name,
        type="number",
        default=variant.traffic_percent,
        description=f"Percent of the requests that {variant.name} gets",
        validation=[
            TerraformVariableValidationConfig(
                condition=f"${{{variable} >= 0 && {variable} <= 100 && floor({variable}) == {variable}}}",
                error_message=f"{name} is a whole number from 0 to 100.",
            )
        ],
    )
    return variable
