"""The address of an element as Terraform's expressions write it, for those that cdktf has no function for."""

from functools import cache

from cdktf import TerraformDataSource, TerraformElement, TerraformResource


def address(element: TerraformElement) -> str:
    """`aws_sagemaker_model.model_primary` or `data.aws_ssm_parameter.pointer`."""
    match element:
        case TerraformDataSource():
            return f"data.{_type(type(element))}.{element.friendly_unique_id}"
        case TerraformResource():
            return f"{_type(type(element))}.{element.friendly_unique_id}"
        case _:
            raise TypeError(f"{element!r} has no address")


@cache  # each question to jsii is a round trip to Node
def _type(binding: type[TerraformElement]) -> str:
    return str(binding.TF_RESOURCE_TYPE)  # type: ignore[attr-defined]  # every binding has it
