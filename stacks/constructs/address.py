"""The address of an element, for expressions that cdktf has no function for."""

from functools import cache

from cdktf import (
    TerraformDataSource,
    TerraformElement,
    TerraformLocal,
    TerraformResource,
    TerraformVariable,
)

from config import addresses


def address(element: TerraformElement) -> str:
    """The address, such as `aws_sagemaker_endpoint.serving`, `data.aws_ssm_parameter.pointer`, `local.asked`.

    Raises TypeError for an element without an address, such as an output.
    """
    name = element.friendly_unique_id
    match element:
        case TerraformDataSource():
            return "data." + addresses.address(_resource_type(type(element)), name)
        case TerraformResource():
            return addresses.address(_resource_type(type(element)), name)
        case TerraformLocal():
            return addresses.address("local", name)
        case TerraformVariable():
            return addresses.address("var", name)
        case _:
            raise TypeError(f"{element!r} has no address")


@cache  # each question to jsii is a round trip to Node
def _resource_type(binding: type[TerraformElement]) -> str:
    return str(binding.TF_RESOURCE_TYPE)  # type: ignore[attr-defined]  # every binding has it
