"""Terraform's own resource that holds a value, and can have others replaced when it changes.

https://developer.hashicorp.com/terraform/language/resources/terraform-data
"""

from collections.abc import Mapping
from typing import Any

from cdktf import (
    TerraformIterator,
    TerraformProviderGeneratorMetadata,
    TerraformResource,
    TerraformResourceLifecycle,
)
from constructs import Construct

TERRAFORM_DATA = "terraform_data"


def terraform_data(
    scope: Construct,
    id_: str,
    *,
    values: Mapping[str, Any],
    for_each: TerraformIterator | None = None,
    lifecycle: TerraformResourceLifecycle | None = None,
) -> TerraformResource:
    """`values` are its `input`, its `triggers_replace`, or both.

    cdktf's DataResource is no use: for each one it runs `terraform version` at synth.
    """
    resource = TerraformResource(
        scope,
        id_,
        terraform_resource_type=TERRAFORM_DATA,
        terraform_generator_metadata=TerraformProviderGeneratorMetadata(provider_name="terraform"),
        for_each=for_each,
        lifecycle=lifecycle,
    )
    for name, value in values.items():
        resource.add_override(name, value)
    return resource
