"""An endpoint that rolls: configurations for the deployable versions, one endpoint for all of them.

An endpoint rolls only when its configuration's *name* changes; so configurations are named by content, and
the endpoint's own name never changes.
"""

from cdktf import (
    Postcondition,
    Precondition,
    TerraformResourceLifecycle,
    TerraformStack,
    Token,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint import (
    SagemakerEndpoint,
)

from config import names
from config.outputs import SAGEMAKER_ROLLED_BACK
from config.schema.serving import OnInstances
from config.schema.settings import Environment, Model
from stacks.constructs.terraform_data import TERRAFORM_DATA, terraform_data
from stacks.endpoint.alarms import RollbackAlarms
from stacks.endpoint.rollout import deployment_config
from stacks.endpoint.versions import Versions


class RollingEndpoint:
    """`asked` is the expression of the configuration that is to be live."""

    def __init__(
        self,
        stack: TerraformStack,
        *,
        environment: Environment,
        model: str,
        versions: Versions,
        asked: str,
    ) -> None:
        serving, variants = environment.models[model].serving, environment.models[model].variants
        self._asked_for = asked
        # Of the endpoint, and of all that needs it: none before there is a registered model.
        self.count = Token.as_number(f'${{{versions.asked} != "{names.NO_MODEL}" ? 1 : 0}}')
        alarms, deployment = [], None
        if isinstance(serving, OnInstances):
            rollback = RollbackAlarms(
                stack, environment=environment, model=model, versions=versions, serving=serving
            )
            alarms = rollback.alarms
            deployment = deployment_config(serving.rollout, rollback.names)
        # SageMaker turns no endpoint of one kind into another: the endpoint is replaced, for all to see. And
        # it changes the instance type of no variant that is a scalable target: what scales it is taken away
        # before the endpoint rolls, and is made anew after it.
        # https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
        kind_and_type = terraform_data(
            stack,
            "footing",
            values={
                "input": {"kind": serving.kind},
                "triggers_replace": {"instance_type": variants[0].instance_type or "none"},
            },
            lifecycle=_keeps_the_primary(versions, environment.models[model]),
        )
        # A roll with a deployment policy keeps the names of the variants: others need another endpoint.
        # https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
        variant_names = terraform_data(
            stack,
            "variants",
            values={"input": sorted(variant.name for variant in variants)},
        )
        changed_kind_or_type, changed_names = (
            f"{TERRAFORM_DATA}.{name}" for name in ("footing", "variants")
        )
        # What scales the endpoint is replaced with it.
        self.replacement_triggers = [changed_kind_or_type, changed_names]
        self.endpoint = SagemakerEndpoint(
            stack,
            "serving",
            count=self.count,
            name=names.endpoint(environment, model),
            endpoint_config_name=f"${{{asked}}}",
            deployment_config=deployment,
            lifecycle=TerraformResourceLifecycle(
                # The whole resource, not its input: in a stack from before there was one, its creation
                # replaces nothing.
                replace_triggered_by=[f"{changed_kind_or_type}.input", changed_names],
                postcondition=[_is_live(asked)],
            ),
            # SageMaker refuses a roll whose alarms are not there yet.
            depends_on=[kind_and_type, variant_names, *alarms],
        )

    @property
    def name_or_none(self) -> str:
        """The endpoint's name, or `none` before the first model: cdktf-cli crashes on a null output."""
        return f'${{try(aws_sagemaker_endpoint.serving[0].name, "{names.NO_MODEL}")}}'

    @property
    def asked_for_or_none(self) -> str:
        """The configuration that this apply asks for: SageMaker may roll back, and Terraform not say so."""
        return f'${{try({self._asked_for}, "{names.NO_MODEL}")}}'


def _keeps_the_primary(versions: Versions, model: Model) -> TerraformResourceLifecycle | None:
    """A primary variant that follows no pointer must not go because a variant beside it has nothing yet."""
    if model.source == "registered" or not model.follows_pointer:
        return None
    condition = f'${{{versions.asked} != "{names.NO_MODEL}"}}'
    message = "A variant beside the primary one follows the pointer, which is `none`: deliver a model first."
    return TerraformResourceLifecycle(
        precondition=[Precondition(condition=condition, error_message=message)]
    )


def _is_live(asked_for: str) -> Postcondition:
    """SageMaker rolls back without an error (terraform-provider-aws #46663).

    An apply that does not fail then goes on, and deletes what it takes for the old configuration: the
    live one (#48997).
    """
    return Postcondition(
        condition=f"${{self.endpoint_config_name == {asked_for}}}",
        error_message=f"{SAGEMAKER_ROLLED_BACK}: ${{self.name}} still serves ${{self.endpoint_config_name}}. "
        "`rollforward prove` says why, and rejects the version. If the instance type was to change, nothing "
        "scales the endpoint until the next apply succeeds.",
    )
