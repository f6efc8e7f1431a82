"""A variant of an endpoint configuration, in the fields of AWS's ProductionVariant.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf import Token

from config.instance_types import has_instance_store
from config.schema.resolved_variant import ResolvedVariant
from config.schema.serving import OnInstances, Serverless, Serving
from config.schema.variants import PRIMARY
from stacks.endpoint.traffic import ALL_REQUESTS


@dataclass(frozen=True, kw_only=True)
class VariantContent:
    """What a configuration holds of one variant.

    `settings` are the fields that are known at synth, without those that are not set. `model_name` and
    `share` (percent of the requests) are expressions; that of the share has no braces.
    """

    settings: Mapping[str, Any]
    model_name: str
    share: str

    @property
    def name(self) -> str:
        return str(self.settings["variant_name"])

    @property
    def known_to_terraform(self) -> list[str]:
        """The expressions that the configuration's name depends on."""
        return [self.model_name, *([] if self.share == ALL_REQUESTS else [f"${{{self.share}}}"])]

    def fields(self, kept_instances: str | None) -> dict[str, Any]:
        """All fields. `kept_instances` is the expression of the primary variant's number of instances."""
        count = {"initial_instance_count": Token.as_number(kept_instances)}
        return {
            **self.settings,
            "model_name": self.model_name,
            "initial_variant_weight": _number(self.share),
            **(count if kept_instances and self.name == PRIMARY else {}),
        }


def variant_settings(variant: ResolvedVariant, serving: Serving) -> dict[str, Any]:
    """The fields of a variant that are known at synth.

    The name of a variant never changes: SageMaker refuses an update that removes a variant which is a
    scalable target. The number of instances of the primary variant is not part of it, because it scales.
    """
    fields = (
        {"serverless_config": _serverless(serving)}
        if isinstance(serving, Serverless)
        else _on_instances(variant, serving)
    )
    return {"variant_name": variant.name, **fields}


def _serverless(serving: Serverless) -> dict[str, Any]:
    return _without_none(
        {
            "memory_size_in_mb": serving.memory_mb,
            "max_concurrency": serving.max_concurrency,
            "provisioned_concurrency": serving.provisioned and serving.provisioned.min,
        }
    )


def _on_instances(variant: ResolvedVariant, serving: OnInstances) -> dict[str, Any]:
    instance_store = has_instance_store(variant.instance_type or "")
    return _without_none(
        {
            "instance_type": variant.instance_type,
            "initial_instance_count": None if variant.name == PRIMARY else variant.instances,
            "container_startup_health_check_timeout_in_seconds": serving.startup_timeout_seconds,
            "volume_size_in_gb": None if instance_store else serving.volume_gb,
        }
    )


def _without_none(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _number(expression: str) -> float:
    return int(expression) if expression.isdigit() else Token.as_number(f"${{{expression}}}")
