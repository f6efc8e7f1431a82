"""The endpoint configurations: one for each deployable version, named by content."""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import TerraformStack, Token
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfiguration,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationProductionVariants as _ProductionVariant,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationShadowProductionVariants as _ShadowVariant,
)

from config import names
from config.instance_types import has_instance_store
from config.schema.resolved_variant import ResolvedVariant
from config.schema.serving import Async, OnInstances, RealTime, Serving
from config.schema.settings import Environment
from config.schema.variants import SHADOW
from stacks.constructs.content import NEW_BEFORE_OLD, content_hash
from stacks.endpoint.asynchronous import async_inference_config
from stacks.endpoint.capacity import kept_instances
from stacks.endpoint.capture import data_capture_config
from stacks.endpoint.traffic import shares
from stacks.endpoint.variants import settings
from stacks.endpoint.versions import Versions

_CONFIGURATION = "aws_sagemaker_endpoint_configuration.configuration"
# Its name, within a for_each of versions.
EACH_CONFIGURATION = f"${{{_CONFIGURATION}[each.key].name}}"


def configurations(
    stack: TerraformStack,
    *,
    environment: Environment,
    model: str,
    models: Mapping[str, str],
    versions: Versions,
) -> str:
    """The expression of the name of the one that is to be live.

    `models` are the names of the variants' SageMaker models, the primary one's first.
    """
    serving, variants = environment.models[model].serving, environment.models[model].variants
    traffic = shares(stack, variants)
    disk_key = _disk_key(environment, variants)
    said = {variant.name: settings(variant, serving) for variant in variants}
    content = content_hash(
        [*models.values(), *(f"${{{share}}}" for share in traffic.values() if share != "100")],
        [
            list(said.values()),
            disk_key,
            _of_the_whole(environment, serving),
        ],
    )
    name = names.content_prefix(environment, model) + content
    for variant in variants:
        said[variant.name] |= {
            "model_name": models[variant.name],
            "initial_variant_weight": _number(traffic[variant.name]),
        }
    if isinstance(serving, OnInstances):
        kept = kept_instances(
            stack, minimum=variants[0].instances, content=content, versions=versions
        )
        name += f"-{kept}"
        said[names.VARIANT]["initial_instance_count"] = Token.as_number(kept)
    shadow = said.pop(SHADOW, None)
    SagemakerEndpointConfiguration(
        stack,
        "configuration",
        for_each=versions.each,
        name=name,
        production_variants=[_ProductionVariant(**one) for one in said.values()],
        shadow_production_variants=[_ShadowVariant(**shadow)] if shadow else None,
        kms_key_arn=disk_key,
        async_inference_config=async_inference_config(environment, model, serving)
        if isinstance(serving, Async)
        else None,
        data_capture_config=data_capture_config(environment, model, serving.capture)
        if isinstance(serving, RealTime) and serving.capture
        else None,
        lifecycle=NEW_BEFORE_OLD,
    )
    return f"{_CONFIGURATION}[{versions.asked}].name"


def _number(expression: str) -> float:
    return int(expression) if expression.isdigit() else Token.as_number(f"${{{expression}}}")


def _disk_key(environment: Environment, variants: Sequence[ResolvedVariant]) -> str | None:
    """Disks of an instance's own are encrypted by the hardware, and SageMaker refuses a key with them.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html (KmsKeyId)
    """
    types = [variant.instance_type for variant in variants]
    if any(one is None or has_instance_store(one) for one in types):
        return None
    return environment.kms_key_arn


def _of_the_whole(environment: Environment, serving: Serving) -> list[Any]:
    """What a configuration holds beside its variants."""
    if isinstance(serving, Async):
        return [serving.concurrent_invocations, sorted(serving.notify), environment.kms_key_arn]
    if isinstance(serving, RealTime) and serving.capture:
        return [serving.capture.percent, environment.kms_key_arn]
    return []
