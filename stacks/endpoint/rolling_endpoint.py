"""The endpoint that rolls from one configuration to the next.

An endpoint rolls only when its configuration's *name* changes; so configurations are named by content, and
the endpoint's own name never changes.
"""

from collections.abc import Sequence

from cdktf import ITerraformDependable, Postcondition, TerraformResourceLifecycle, Token
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpoint,
    SagemakerEndpointDeploymentConfig,
)
from constructs import Construct

from config import names
from config.addresses import ENDPOINT_NAME
from config.outputs import SAGEMAKER_ROLLED_BACK
from stacks.constructs.address import address
from stacks.endpoint.replacement import ReplacementTriggers
from stacks.endpoint.versions import Versions


class RollingEndpoint(SagemakerEndpoint):
    """`exists` is the count of the endpoint and of all that needs it: 0 before the first registered model.

    `wanted_name` is the expression of the name of the configuration that is to be live.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        name: str,
        wanted_name: str,
        versions: Versions,
        triggers: ReplacementTriggers,
        deployment_config: SagemakerEndpointDeploymentConfig | None,
        after: Sequence[ITerraformDependable],
    ) -> None:
        exists = Token.as_number(f"${{{versions.has_registered} ? 1 : 0}}")
        super().__init__(
            scope,
            ENDPOINT_NAME,
            count=exists,
            name=name,
            endpoint_config_name=f"${{{wanted_name}}}",
            deployment_config=deployment_config,
            lifecycle=TerraformResourceLifecycle(
                replace_triggered_by=triggers.of_endpoint,
                postcondition=[_is_live(wanted_name)],
            ),
            depends_on=[*triggers.resources, *after],
        )
        self.exists, self.triggers = exists, triggers
        # The outputs are `none` before the first model: cdktf-cli crashes on a null output.
        self.name_or_none = f'${{try({address(self)}[0].name, "{names.NO_MODEL}")}}'
        self.wanted_name_or_none = f'${{try({wanted_name}, "{names.NO_MODEL}")}}'


def _is_live(wanted_name: str) -> Postcondition:
    """The condition that SageMaker has not rolled back.

    SageMaker rolls back without an error (terraform-provider-aws #46663). An apply that does not fail then
    deletes the configuration that Terraform takes for the old one, which is live (#48997).
    """
    return Postcondition(
        condition=f"${{self.endpoint_config_name == {wanted_name}}}",
        error_message=f"{SAGEMAKER_ROLLED_BACK}: ${{self.name}} still serves ${{self.endpoint_config_name}}. "
        "`rollforward prove` says why, and rejects the version. If the instance type was to change, nothing "
        "scales the endpoint until the next apply succeeds.",
    )
