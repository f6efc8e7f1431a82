"""What replaces the endpoint, and what replaces the resources that scale it, when a setting changes."""

from collections.abc import Sequence

from cdktf import Precondition, TerraformResourceLifecycle
from constructs import Construct

from config.schema.resolved_variant import ResolvedVariant
from stacks.constructs.address import address
from stacks.constructs.terraform_data import TerraformData
from stacks.endpoint.versions import Versions


class ReplacementTriggers:
    """`of_endpoint` and `of_scaling` are values for `replace_triggered_by`.

    SageMaker can't turn an endpoint of one kind into another kind: the endpoint is replaced, and the plan
    shows it. SageMaker also refuses another instance type for a variant that is a scalable target: Terraform
    deletes what scales the endpoint before the endpoint rolls, and makes it again afterwards.
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
    A roll with a deployment policy keeps the names of the variants: other names need another endpoint.
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """

    def __init__(
        self,
        scope: Construct,
        *,
        kind: str,
        variants: Sequence[ResolvedVariant],
        lifecycle: TerraformResourceLifecycle | None,
    ) -> None:
        kind_and_type = TerraformData(
            scope,
            # Do not rename it: Terraform would replace the endpoints of all users.
            "footing",
            input={"kind": kind},
            triggers_replace={"instance_type": variants[0].instance_type or "none"},
            lifecycle=lifecycle,
        )
        variant_names = TerraformData(
            scope, "variants", input=sorted(variant.name for variant in variants)
        )
        self.resources = [kind_and_type, variant_names]
        self.of_scaling = [address(resource) for resource in self.resources]
        # Of the names, the whole resource and not its input: in a stack from before this resource existed,
        # its creation replaces nothing.
        self.of_endpoint = [f"{address(kind_and_type)}.input", address(variant_names)]


def keep_primary(
    variants: Sequence[ResolvedVariant], versions: Versions
) -> TerraformResourceLifecycle | None:
    """The precondition that keeps a primary variant with a fixed version.

    Without a registered model, the variants beside it that follow the pointer have nothing to serve, and
    Terraform would delete the endpoint. None if the case can't occur.
    """
    primary, *others = variants
    if primary.source == "registered" or all(one.source != "registered" for one in others):
        return None
    return TerraformResourceLifecycle(
        precondition=[
            Precondition(
                condition=f"${{{versions.has_registered}}}",
                error_message="A variant beside the primary one follows the pointer, which is `none`: "
                "deliver a model first.",
            )
        ]
    )
