"""Keeps the number of instances: a roll starts with the number that serves now, not with the minimum.

The provider has no RetainAllVariantProperties (terraform-provider-aws #48990). Without this, a roll under
load would start with the configured minimum, and autoscaling would have to add the instances again.
"""

import json
from pathlib import Path

from config.addresses import (
    CAPACITY,
    CAPACITY_NAME,
    ENDPOINT_CONFIGURATION_TYPE,
    TERRAFORM_DATA_TYPE,
)
from config.outputs import CURRENT_INSTANCES
from config.schema.variants import PRIMARY
from rollforward.aws.endpoint import Endpoint, find_endpoint
from rollforward.aws.pointer import registered_key
from rollforward.operations.terraform_state import instances_of, last_state
from rollforward.target import Target


def instance_options(target: Target | None, stack: Path) -> list[str]:
    """Terraform's options for the stack of an endpoint; empty for a stack without a count of instances."""
    if target is None:
        return []
    declared = json.loads((stack / "cdk.tf.json").read_text("utf-8")).get("variable", {})
    if CURRENT_INSTANCES not in declared:
        return []
    endpoint = find_endpoint(target)
    now = endpoint.instances.get(PRIMARY, 0) if endpoint else 0
    options = [f"-var={CURRENT_INSTANCES}={now}"]
    if endpoint and (key := _outgrown_version(target, endpoint, now)):
        options.append(f"-replace={CAPACITY}[{json.dumps(key)}]")
    return options


def _outgrown_version(target: Target, endpoint: Endpoint, now: int) -> str | None:
    """The registered version, if it returns to a fleet that has grown since that version was live."""
    state = last_state(target.environment, target.stack_part)
    memory = instances_of(state, TERRAFORM_DATA_TYPE, CAPACITY_NAME)
    smaller = {key for key, of in memory.items() if of["input"]["value"]["instances"] < now}
    if not smaller or (key := registered_key(target)) not in smaller:
        return None
    # The configuration is missing from the state if its creation failed.
    configuration = instances_of(state, ENDPOINT_CONFIGURATION_TYPE).get(key, {})
    return None if configuration.get("name") == endpoint.configuration else key
