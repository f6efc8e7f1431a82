"""Capacity kept: a roll starts with as many instances as serve at that moment.

SageMaker starts the new fleet with the configuration's count, and Terraform's provider can't ask it to keep
the count that autoscaling has set (terraform-provider-aws #48990). So today's count is a variable, and each
version's configuration keeps the count that it was created with. Otherwise every apply under another load
would roll the endpoint.
"""

from cdktf import TerraformResourceLifecycle, TerraformVariable
from constructs import Construct

from config.addresses import CAPACITY_NAME
from config.outputs import CURRENT_INSTANCES
from stacks.constructs.address import address
from stacks.constructs.terraform_data import TerraformData
from stacks.endpoint.versions import Versions


class KeptInstances(TerraformData):
    """`instances` is the expression of a version's number of instances, in a `for_each` over the versions.

    Terraform computes the count anew whenever `content` changes. A version that comes back unchanged keeps
    its old count, unless `rollforward apply` replaces this resource.
    """

    def __init__(self, scope: Construct, *, minimum: int, content: str, versions: Versions) -> None:
        current = TerraformVariable(
            scope,
            CURRENT_INSTANCES,
            type="number",
            default=0,
            description="Instances that serve now; `rollforward apply` fills it in",
        )
        super().__init__(
            scope,
            CAPACITY_NAME,
            for_each=versions.each,
            input={"instances": f"${{max({minimum}, {address(current)})}}"},
            triggers_replace={"content": content},
            lifecycle=TerraformResourceLifecycle(ignore_changes=["input"]),
        )
        self.instances = f"${{{address(self)}[each.key].input.instances}}"
