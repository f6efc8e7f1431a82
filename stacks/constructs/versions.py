"""What stays deployable: the registered version and those before it, or one model for good."""

from cdktf import TerraformIterator, TerraformLocal
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from constructs import Construct

from config import names
from config.settings import Environment
from config.source import identity
from stacks.constructs.address import address

# Of a version's files, within a for_each.
KEY = "${each.value}"


class Versions(Construct):
    """`asked` is the expression of the version to serve, `none` before the first; `each` goes over all."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, model: str) -> None:
        super().__init__(scope, id_)
        served = environment.models[model]
        if served.follows_pointer:
            asked, recent = self._registered(environment, model)
        else:
            asked = recent = str(identity(served.source, None))
        self.asked = _local(self, "asked", asked)
        keys = f'concat([{self.asked}], split(",", {_local(self, "kept", recent)}))'
        every = TerraformLocal(
            self,
            "versions",
            # The two parameters are written one after the other: the pointer's key always belongs.
            f'${{distinct([for key in {keys} : key if key != "{names.NO_MODEL}"])}}',
        )
        every.override_logical_id("versions")
        self.each = TerraformIterator.from_list(every.as_list)

    def _registered(self, environment: Environment, model: str) -> tuple[str, str]:
        # `insecure_value`, for a key is no secret and reviewers want to see old key → new key.
        pointer = DataAwsSsmParameter(self, "pointer", name=names.pointer(environment, model))
        pointer.override_logical_id("pointer")
        recent = DataAwsSsmParameter(self, "recent", name=names.recent(environment, model))
        recent.override_logical_id("recent")
        return pointer.insecure_value, recent.insecure_value


def _local(scope: Construct, name: str, value: str) -> str:
    """Its address; by its plain name, for plans are read by people."""
    local = TerraformLocal(scope, name, value)
    local.override_logical_id(name)
    return address(local)
