"""Capacity kept: a roll starts with as many instances as serve now, not with the configured minimum.

The provider has no RetainAllVariantProperties (terraform-provider-aws #48990): without this, a roll under
load would start from the minimum, and autoscaling would have to find its way up again.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from config import names
from config.addresses import (
    CAPACITY,
    CAPACITY_NAME,
    ENDPOINT_CONFIGURATION_TYPE,
    TERRAFORM_DATA_TYPE,
)
from config.outputs import CURRENT_INSTANCES
from config.schema.settings import Environment
from rollforward.operations.status import described, registered
from rollforward.operations.terraform_state import instances_of, last_state


def instance_options(environment: Environment, model: str | None, stack: Path) -> list[str]:
    """Terraform's options for the model's stack; none for a shared stack, or one without instances."""
    if model is None:
        return []
    declared = json.loads((stack / "cdk.tf.json").read_text("utf-8")).get("variable", {})
    if CURRENT_INSTANCES not in declared:
        return []
    endpoint = described(environment, model)
    now = _current_instances(endpoint)
    options = [f"-var={CURRENT_INSTANCES}={now}"]
    if endpoint and (key := _outgrown(environment, model, endpoint, now)):
        options.append(f"-replace={CAPACITY}[{json.dumps(key)}]")
    return options


def _outgrown(
    environment: Environment, model: str, endpoint: Mapping[str, Any], now: int
) -> str | None:
    """The registered version, if it comes back to a fleet that has grown since it was live."""
    state = last_state(environment, f"sagemaker-{model}")
    memory = instances_of(state, TERRAFORM_DATA_TYPE, CAPACITY_NAME)
    smaller = {key for key, of in memory.items() if of["input"]["value"]["instances"] < now}
    if not smaller or (key := registered(environment, model)) not in smaller:
        return None
    # There is none if it could not be made.
    configuration = instances_of(state, ENDPOINT_CONFIGURATION_TYPE).get(key, {})
    return None if configuration.get("name") == endpoint["EndpointConfigName"] else key


def _current_instances(endpoint: Mapping[str, Any] | None) -> int:
    """Of the primary variant; 0 if there is no endpoint, or one without instances."""
    for variant in endpoint.get("ProductionVariants", []) if endpoint else []:
        if variant["VariantName"] == names.VARIANT:
            return int(variant.get("CurrentInstanceCount", 0))
    return 0
