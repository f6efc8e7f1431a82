"""The address of an element as Terraform's expressions write it, for those that cdktf has no function for."""

from cdktf import TerraformDataSource, TerraformElement, TerraformLocal, TerraformResource


def address(element: TerraformElement) -> str:
    """`aws_sagemaker_endpoint.endpoint`, `data.aws_ssm_parameter.pointer` or `local.registered`."""
    match element:
        case TerraformLocal():
            return f"local.{element.friendly_unique_id}"
        case TerraformDataSource():
            return f"data.{element.terraform_resource_type}.{element.friendly_unique_id}"
        case TerraformResource():
            return f"{element.terraform_resource_type}.{element.friendly_unique_id}"
        case _:
            raise TypeError(f"{element!r} has no address")
