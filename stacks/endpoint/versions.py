"""The versions that stay deployable: the registered version and those before it, or one fixed version."""

from cdktf import TerraformIterator, TerraformLocal
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from constructs import Construct

from config import names
from stacks.constructs.address import address

# The key of a version's files, within a `for_each` over the versions.
KEY = "${each.value}"


class Versions:
    """`wanted` is the expression of the version to serve, `none` before the first; `each` iterates over all.

    The data sources and locals stand at the top of the stack: their short addresses keep plans readable.
    """

    def __init__(self, scope: Construct, *, pointer: str, recent: str, fixed: str | None) -> None:
        """`pointer` and `recent` are names of SSM parameters. With a `fixed` version, neither is read."""
        if fixed is None:
            # `insecure_value` is shown in plans: a key is no secret, and reviewers want old key → new key.
            pointed = DataAwsSsmParameter(scope, "pointer", name=pointer)
            keys = DataAwsSsmParameter(scope, "recent", name=recent)
            # The local's name stays: plans and the commands refer to it.
            wanted = TerraformLocal(scope, "asked", f"${{{address(pointed)}.insecure_value}}")
            # The registrar writes one parameter after the other: the pointer's key is always included.
            every = (
                f"${{distinct([for key in concat([{address(wanted)}], "
                f'split(",", {address(keys)}.insecure_value)) : '
                f'key if key != "{names.NO_MODEL}"])}}'
            )
        else:
            # The local's name stays: plans and the commands refer to it.
            wanted = TerraformLocal(scope, "asked", fixed)
            every = f"${{[{address(wanted)}]}}"
        self.wanted = address(wanted)
        self.each = TerraformIterator.from_list(TerraformLocal(scope, "versions", every).as_list)

    @property
    def has_registered(self) -> str:
        """The condition that there is a version to serve, without the braces of an expression."""
        return f'{self.wanted} != "{names.NO_MODEL}"'
