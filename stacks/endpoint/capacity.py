"""Capacity kept: a roll starts with as many instances as serve at that moment.

SageMaker starts the new fleet with the configuration's count, and the provider can not ask it to retain what
autoscaling has made of the old one (terraform-provider-aws #48990). So the count of today comes in as a
variable, and each version's configuration remembers the count that it was made with: else every apply under
another load would roll the endpoint.
"""

from cdktf import TerraformResourceLifecycle, TerraformStack, TerraformVariable

from config.outputs import CURRENT_INSTANCES
from stacks.constructs.terraform_data import terraform_data
from stacks.endpoint.versions import Versions


def kept_instances(stack: TerraformStack, *, minimum: int, content: str, versions: Versions) -> str:
    """The expression of the count, within a for_each of versions.

    It is taken anew whenever `content` changes. A version that comes back unchanged keeps its old count:
    `rollforward apply` then replaces the memory of it.
    """
    TerraformVariable(
        stack,
        CURRENT_INSTANCES,
        type="number",
        default=0,
        description="Instances that serve now; `rollforward apply` fills it in",
    )
    terraform_data(
        stack,
        "capacity",
        for_each=versions.each,
        values={
            "input": {"instances": f"${{max({minimum}, var.{CURRENT_INSTANCES})}}"},
            "triggers_replace": {"content": content},
        },
        lifecycle=TerraformResourceLifecycle(ignore_changes=["input"]),
    )
    return "${terraform_data.capacity[each.key].input.instances}"
