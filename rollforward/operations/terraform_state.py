"""Terraform's state of a stack, as the last apply left it in S3."""

import json
from collections.abc import Mapping
from typing import Any

from config import names
from config.outputs import ENDPOINT_CONFIGURATION
from config.schema.settings import Environment
from lambda_src.shared.s3_url import S3Url
from rollforward.aws import objects
from rollforward.target import Target


def asked_configuration(target: Target) -> str | None:
    """The name of the endpoint configuration that the last apply asked for.

    None before the first apply, and for a caller who may not read the state.
    """
    name: str = last_outputs(target.environment, target.stack_part).get(
        ENDPOINT_CONFIGURATION, names.NO_MODEL
    )
    return None if name == names.NO_MODEL else name


def last_outputs(environment: Environment, part: str) -> dict[str, Any]:
    """The outputs of a stack; empty before its first apply, and for a caller who may not read the state."""
    outputs = last_state(environment, part).get("outputs", {})
    return {name: output["value"] for name, output in outputs.items()}


def last_state(environment: Environment, part: str) -> dict[str, Any]:
    """The state of a stack; empty before its first apply, and for a caller who may not read it."""
    url = S3Url(environment.state.bucket, names.state_key(environment, part))
    found = objects.read(environment.region, url, if_allowed=True)
    state: dict[str, Any] = json.loads(found.body) if found else {}
    return state


def instances_of(
    state: Mapping[str, Any], resource_type: str, name: str | None = None
) -> dict[Any, dict[str, Any]]:
    """The attributes of each instance of a resource, by the instance's key in `for_each`."""
    return {
        instance.get("index_key"): instance["attributes"]
        for resource in state.get("resources", [])
        if resource["type"] == resource_type and name in (None, resource["name"])
        for instance in resource["instances"]
        if "deposed" not in instance
    }
