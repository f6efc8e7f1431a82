"""Terraform's own resource that holds a value, and that replaces other resources when the value changes.

https://developer.hashicorp.com/terraform/language/resources/terraform-data
"""

from typing import Any

from cdktf import (
    TerraformIterator,
    TerraformProviderGeneratorMetadata,
    TerraformResource,
    TerraformResourceLifecycle,
)
from constructs import Construct

from config.addresses import TERRAFORM_DATA_TYPE


class TerraformData(TerraformResource):
    """A `terraform_data` resource. cdktf's DataResource would run `terraform version` at synth for each."""

    TF_RESOURCE_TYPE = TERRAFORM_DATA_TYPE

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        input: Any,
        triggers_replace: Any = None,
        for_each: TerraformIterator | None = None,
        lifecycle: TerraformResourceLifecycle | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            terraform_resource_type=TERRAFORM_DATA_TYPE,
            terraform_generator_metadata=TerraformProviderGeneratorMetadata(
                provider_name="terraform"
            ),
            for_each=for_each,
            lifecycle=lifecycle,
        )
        self.add_override("input", input)
        if triggers_replace is not None:
            self.add_override("triggers_replace", triggers_replace)
