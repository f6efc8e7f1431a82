"""The endpoint configurations: one for each deployable version, named by content."""

from collections.abc import Mapping, Sequence
from typing import Any

from cdktf import Token
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfiguration,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationProductionVariants as _ProductionVariant,
)
from cdktf_cdktf_provider_aws.sagemaker_endpoint_configuration import (
    SagemakerEndpointConfigurationShadowProductionVariants as _ShadowVariant,
)
from constructs import Construct

from config import names
from config.served import Served
from config.serving import OWN_DISKS, Async, OnInstances, RealTime, Serving
from config.settings import Environment
from config.variant import SHADOW
from stacks.constructs.address import address
from stacks.constructs.asynchronous import async_inference_config
from stacks.constructs.capacity import Capacity
from stacks.constructs.capture import data_capture_config
from stacks.constructs.content import NEW_BEFORE_OLD, content_hash
from stacks.constructs.traffic import Traffic
from stacks.constructs.variants import rendered, settings
from stacks.constructs.versions import Versions


class Configurations(Construct):
    """`asked` is the expression of the name that is to be live.

    `models` are the names of the variants' SageMaker models, the primary one's first.
    """

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
        traffic = Traffic(self, "traffic", variants=variants)
        disk_key = _disk_key(environment, variants)
        content = content_hash(
            [*models.values(), *traffic.shares],
            [
                [settings(variant, serving) for variant in variants],
                disk_key,
                _of_the_whole(environment, serving),
            ],
        )
        name = names.content_prefix(environment, model) + content
        instances: dict[str, float] = {variant.name: variant.instances for variant in variants}
        if isinstance(serving, OnInstances):
            capacity = Capacity(
                self, "capacity", minimum=variants[0].instances, content=content, versions=versions
            )
            instances[names.VARIANT] = Token.as_number(capacity.instances)
            name += f"-{capacity.instances}"
        said = {
            variant.name: rendered(
                variant,
                serving,
                model_name=models[variant.name],
                weight=traffic.weights[variant.name],
                instances=instances[variant.name],
            )
            for variant in variants
        }
        shadow = said.pop(SHADOW, None)
        configuration = SagemakerEndpointConfiguration(
            self,
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
        self.asked = f"{address(configuration)}[{versions.asked}].name"


def _disk_key(environment: Environment, variants: Sequence[Served]) -> str | None:
    """Disks of an instance's own are encrypted by the hardware, and SageMaker refuses a key with them.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html (KmsKeyId)
    """
    types = [variant.instance_type for variant in variants]
    if any(one is None or OWN_DISKS.match(one) for one in types):
        return None
    return environment.kms_key_arn


def _of_the_whole(environment: Environment, serving: Serving) -> list[Any]:
    """What a configuration holds beside its variants."""
    if isinstance(serving, Async):
        return [serving.concurrent_invocations, sorted(serving.notify), environment.kms_key_arn]
    if isinstance(serving, RealTime) and serving.capture:
        return [serving.capture.percent, environment.kms_key_arn]
    return []
