"""What stays deployable: the registered version and those before it, or one model for good."""

from cdktf import TerraformIterator, TerraformLocal, TerraformStack
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter

from config import names
from config.schema.settings import Environment
from config.schema.source import identity

# Of a version's files, within a for_each.
KEY = "${each.value}"


class Versions:
    """`asked` is the expression of the version to serve, `none` before the first; `each` goes over all.

    All of it stands in the stack itself, by plain names: plans are read by people.
    """

    def __init__(self, stack: TerraformStack, *, environment: Environment, model: str) -> None:
        served = environment.models[model]
        if served.follows_pointer:
            # `insecure_value`, for a key is no secret and reviewers want to see old key → new key.
            DataAwsSsmParameter(stack, "pointer", name=names.pointer(environment, model))
            DataAwsSsmParameter(stack, "recent", name=names.recent(environment, model))
            asked = "${data.aws_ssm_parameter.pointer.insecure_value}"
            # The two parameters are written one after the other: the pointer's key always belongs.
            every = (
                "${distinct([for key in concat([local.asked], "
                'split(",", data.aws_ssm_parameter.recent.insecure_value)) : '
                f'key if key != "{names.NO_MODEL}"])}}'
            )
        else:
            asked, every = str(identity(served.source, None)), "${[local.asked]}"
        TerraformLocal(stack, "asked", asked)
        versions = TerraformLocal(stack, "versions", every)
        self.asked = "local.asked"
        self.each = TerraformIterator.from_list(versions.as_list)
