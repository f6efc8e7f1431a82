"""Which share of the requests each variant gets: one Terraform variable moves it.

    TF_VAR_challenger_percent=50 python -m rollforward apply sentiment

shifts the traffic until the next apply; the environment's file shifts it for good.
"""

from collections.abc import Sequence

from cdktf import TerraformStack, TerraformVariable, TerraformVariableValidationConfig, Token
from constructs import Construct

from config import names
from config.served import Served
from config.variant import SHADOW


class Traffic(Construct):
    """`weights` by variant, and the expressions of the `shares` that are not the primary one's.

    Weights are whole numbers: 0.9 is read back as 0.8999999761581421, for ever a change.
    """

    def __init__(self, scope: Construct, id_: str, *, variants: Sequence[Served]) -> None:
        super().__init__(scope, id_)
        shares = {variant.name: _variable(self, variant) for variant in variants[1:]}
        taken = [share for name, share in shares.items() if name != SHADOW]
        rest = Token.as_number(f"${{{' - '.join(['100', *taken])}}}") if taken else 100
        self.shares = [f"${{{share}}}" for share in shares.values()]
        self.weights: dict[str, float] = {names.VARIANT: rest} | {
            name: Token.as_number(f"${{{share}}}") for name, share in shares.items()
        }


def _variable(scope: Construct, variant: Served) -> str:
    name = names.share_variable(variant.name)
    variable = f"var.{name}"
    TerraformVariable(
        TerraformStack.of(scope),
        name,
        type="number",
        default=variant.weight,
        description=f"Percent of the requests that {variant.name} gets",
        validation=[
            TerraformVariableValidationConfig(
                condition=f"${{{variable} >= 0 && {variable} <= 100 && floor({variable}) == {variable}}}",
                error_message=f"{name} is a whole number from 0 to 100.",
            )
        ],
    )
    return variable
