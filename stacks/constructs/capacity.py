"""Capacity kept: a roll starts with as many instances as serve at that moment.

SageMaker starts the new fleet with the configuration's count, and the provider can not ask it to retain what
autoscaling has made of the old one (terraform-provider-aws #48990). So the count of today comes in as a
variable, and each version's configuration remembers the count that it was made with: else every apply under
another load would roll the endpoint.
"""

from cdktf import DataResource, TerraformResourceLifecycle, TerraformStack, TerraformVariable
from constructs import Construct

from config.outputs import CURRENT_INSTANCES
from stacks.constructs.address import address
from stacks.constructs.versions import Versions


class Capacity(Construct):
    """`instances` is the expression of the count, within a for_each of versions.

    It is taken anew whenever `content` changes. A version that comes back unchanged keeps its old count:
    `rollforward apply` then replaces the memory of it.
    """

    def __init__(
        self, scope: Construct, id_: str, *, minimum: int, content: str, versions: Versions
    ) -> None:
        super().__init__(scope, id_)
        stack = TerraformStack.of(scope)
        TerraformVariable(
            stack,
            CURRENT_INSTANCES,
            type="number",
            default=0,
            description="Instances that serve now; `rollforward apply` fills it in",
        )
        memory = DataResource(
            stack,
            "capacity",
            for_each=versions.each,
            input={"instances": f"${{max({minimum}, var.{CURRENT_INSTANCES})}}"},
            triggers_replace={"content": content},
            lifecycle=TerraformResourceLifecycle(ignore_changes=["input"]),
        )
        self.instances = f"${{{address(memory)}[each.key].input.instances}}"
