"""A variant of an endpoint configuration, as SageMaker wants it."""

from typing import Any

from config import names
from config.instance_types import has_instance_store
from config.schema.resolved_variant import ResolvedVariant
from config.schema.serving import Serverless, Serving


def settings(variant: ResolvedVariant, serving: Serving) -> dict[str, Any]:
    """All but its model, its share and, of the primary one, its instances. What is not set is left out.

    Only the primary variant scales: the instances of the others are settings as all the rest.
    """
    # Its name is constant: SageMaker refuses to update away a variant that is a scalable target.
    said: dict[str, Any] = {"variant_name": variant.name}
    if isinstance(serving, Serverless):
        concurrency = {
            "memory_size_in_mb": serving.memory_mb,
            "max_concurrency": serving.max_concurrency,
            "provisioned_concurrency": serving.provisioned and serving.provisioned.min,
        }
        return said | {"serverless_config": _set(concurrency)}
    own_disks = variant.instance_type and has_instance_store(variant.instance_type)
    return said | _set(
        {
            "instance_type": variant.instance_type,
            "initial_instance_count": None if variant.name == names.VARIANT else variant.instances,
            "container_startup_health_check_timeout_in_seconds": serving.startup_timeout_seconds,
            "volume_size_in_gb": None if own_disks else serving.volume_gb,
        }
    )


def _set(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
