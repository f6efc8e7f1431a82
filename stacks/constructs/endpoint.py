"""An endpoint that rolls: configurations for the deployable versions, one endpoint for all of them.

An endpoint rolls only when its configuration's *name* changes; so configurations are named by content, and
the endpoint's own name never changes.
"""

from collections.abc import Mapping

from cdktf import (
    DataResource,
    Postcondition,
    TerraformResourceLifecycle,
    Token,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpoint,
)
from constructs import Construct

from config import names
from config.outputs import TAKEN_BACK
from config.serving import OnInstances
from config.settings import Environment
from stacks.constructs.address import address
from stacks.constructs.alarms import RollbackAlarms
from stacks.constructs.configurations import Configurations
from stacks.constructs.rollout import deployment_config
from stacks.constructs.versions import Versions


class RollingEndpoint(Construct):
    """`models` are the names of the variants' SageMaker models, the primary one's first."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        model: str,
        models: Mapping[str, str],
        versions: Versions,
    ) -> None:
        super().__init__(scope, id_)
        serving, variants = environment.models[model].serving, environment.models[model].variants
        configurations = Configurations(
            self,
            "configurations",
            environment=environment,
            model=model,
            models=models,
            versions=versions,
        )
        self._asked_for = configurations.asked
        # Of the endpoint, and of all that needs it: none before there is a registered model.
        self.count = Token.as_number(f'${{{versions.asked} != "{names.NO_MODEL}" ? 1 : 0}}')
        alarms = (
            RollbackAlarms(
                self,
                "alarms",
                environment=environment,
                model=model,
                configuration=self.asked_for_or_none,
                rollback=serving.rollback,
            )
            if isinstance(serving, OnInstances)
            else None
        )
        kind = DataResource(self, "kind", input={"kind": serving.kind})
        # SageMaker changes the type of no variant that is a scalable target: what scales it is taken away
        # before the endpoint rolls, and is made anew after it.
        # https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
        self.instance_type = DataResource(
            self,
            "instance_type",
            triggers_replace={"primary": variants[0].instance_type or "none"},
        )
        self.endpoint = SagemakerEndpoint(
            self,
            "endpoint",
            count=self.count,
            name=names.endpoint(environment, model),
            endpoint_config_name=f"${{{self._asked_for}}}",
            deployment_config=deployment_config(serving.rollout, alarms.names)
            if isinstance(serving, OnInstances) and alarms
            else None,
            lifecycle=TerraformResourceLifecycle(
                # SageMaker turns no endpoint of one kind into another.
                replace_triggered_by=[address(kind)],
                postcondition=[_is_live(self._asked_for)],
            ),
            # SageMaker refuses a roll whose alarms are not there yet.
            depends_on=[self.instance_type, *(alarms.alarms if alarms else [])],
        )

    @property
    def name_or_none(self) -> str:
        """The endpoint's name, or `none` before the first model: cdktf-cli crashes on a null output."""
        return f'${{try({address(self.endpoint)}[0].name, "{names.NO_MODEL}")}}'

    @property
    def asked_for_or_none(self) -> str:
        """The configuration that this apply asks for: what is live may go back, and Terraform not say so."""
        return f'${{try({self._asked_for}, "{names.NO_MODEL}")}}'


def _is_live(asked_for: str) -> Postcondition:
    """SageMaker goes back without an error (terraform-provider-aws #46663).

    An apply that does not fail then goes on, and deletes what it takes for the old configuration: the
    live one (#48997).
    """
    return Postcondition(
        condition=f"${{self.endpoint_config_name == {asked_for}}}",
        error_message=f"{TAKEN_BACK}: ${{self.name}} still serves ${{self.endpoint_config_name}}. "
        "`rollforward prove` says why, and rejects the version.",
    )
