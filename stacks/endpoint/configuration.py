"""The endpoint configurations: one for each deployable version, named by content."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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

from config.instance_types import has_instance_store
from config.schema.serving import Async, OnInstances, RealTime
from config.schema.variants import SHADOW
from stacks.constructs.address import address
from stacks.constructs.content import NEW_BEFORE_OLD, content_hash
from stacks.endpoint.asynchronous import async_inference_config
from stacks.endpoint.capacity import KeptInstances
from stacks.endpoint.capture import data_capture_config
from stacks.endpoint.settings import EndpointSettings
from stacks.endpoint.traffic import traffic_shares
from stacks.endpoint.variant import VariantContent, variant_settings
from stacks.endpoint.versions import Versions


@dataclass(frozen=True, kw_only=True)
class ConfigurationContent:
    """All that an endpoint configuration holds, except for the number of instances that it starts with."""

    variants: Sequence[VariantContent]
    disk_key_arn: str | None
    # The settings of asynchronous inference or of data capture; empty without them.
    extras: Sequence[Any]

    @property
    def hash(self) -> str:
        """What the configuration is named by: another value makes a new configuration, and a roll.

        First come the expressions of all model names, then those of the shares.
        """
        expressions = [variant.known_to_terraform for variant in self.variants]
        models = [model for model, *_ in expressions]
        shares = [share for _, *rest in expressions for share in rest]
        settings = [dict(variant.settings) for variant in self.variants]
        return content_hash([*models, *shares], [settings, self.disk_key_arn, list(self.extras)])


class EndpointConfiguration(SagemakerEndpointConfiguration):
    """`each_name` is the expression of a version's configuration name, within a `for_each` over the versions.

    `wanted_name` is that of the version to serve, without the braces of an expression.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: EndpointSettings,
        model_names: Mapping[str, str],
        versions: Versions,
    ) -> None:
        """`model_names` are expressions, by variant name."""
        content = _content(scope, settings, model_names)
        name, kept = settings.content_prefix + content.hash, None
        if isinstance(settings.serving, OnInstances):
            kept = KeptInstances(
                scope,
                minimum=settings.primary.instances,
                content=content.hash,
                versions=versions,
            ).instances
            name += f"-{kept}"
        variants = {variant.name: variant.fields(kept) for variant in content.variants}
        shadow = variants.pop(SHADOW, None)
        super().__init__(
            scope,
            id_,
            for_each=versions.each,
            name=name,
            production_variants=[_ProductionVariant(**fields) for fields in variants.values()],
            shadow_production_variants=[_ShadowVariant(**shadow)] if shadow else None,
            kms_key_arn=content.disk_key_arn,
            async_inference_config=async_inference_config(settings),
            data_capture_config=data_capture_config(settings),
            lifecycle=NEW_BEFORE_OLD,
        )
        self.each_name = f"${{{address(self)}[each.key].name}}"
        self.wanted_name = f"{address(self)}[{versions.wanted}].name"


def _content(
    scope: Construct, settings: EndpointSettings, model_names: Mapping[str, str]
) -> ConfigurationContent:
    disk_key_arn, extras = _disk_key_arn(settings), _extras(settings)
    shares = traffic_shares(scope, settings.variants)
    variants = [
        VariantContent(
            settings=variant_settings(variant, settings.serving),
            model_name=model_names[variant.name],
            share=shares[variant.name],
        )
        for variant in settings.variants
    ]
    return ConfigurationContent(variants=variants, disk_key_arn=disk_key_arn, extras=extras)


def _disk_key_arn(settings: EndpointSettings) -> str | None:
    """The key of the instances' EBS volumes. SageMaker refuses one if an instance has an instance store.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html (KmsKeyId)
    """
    types = [variant.instance_type for variant in settings.variants]
    if any(one is None or has_instance_store(one) for one in types):
        return None
    return settings.kms_key_arn


def _extras(settings: EndpointSettings) -> list[Any]:
    match settings.serving:
        case Async(concurrent_invocations=concurrent, notify=notify):
            return [concurrent, sorted(notify), settings.kms_key_arn]
        case RealTime(capture=capture) if capture:
            return [capture.percent, settings.kms_key_arn]
        case _:
            return []
