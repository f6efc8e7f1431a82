"""What the last apply of a stack left, as Terraform's state has it."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from config import names
from config.outputs import ENDPOINT_CONFIGURATION
from config.schema.settings import Environment
from rollforward.aws import clients

_NOT_READABLE = {"NoSuchKey", "NoSuchBucket", "AccessDenied"}


def asked_configuration(environment: Environment, model: str) -> str | None:
    """The endpoint configuration's name; None before the first apply, or for who may not read the state."""
    name: str = last_outputs(environment, f"sagemaker-{model}").get(
        ENDPOINT_CONFIGURATION, names.NO_MODEL
    )
    return None if name == names.NO_MODEL else name


def last_outputs(environment: Environment, part: str) -> dict[str, Any]:
    """A stack's outputs; none before its first apply, or for who may not read the state."""
    outputs = last_state(environment, part).get("outputs", {})
    return {name: output["value"] for name, output in outputs.items()}


def instances_of(
    state: Mapping[str, Any], resource_type: str, name: str | None = None
) -> dict[Any, dict[str, Any]]:
    """The attributes of a resource that is repeated, by the keys of its for_each."""
    return {
        instance.get("index_key"): instance["attributes"]
        for resource in state.get("resources", [])
        if resource["type"] == resource_type and name in (None, resource["name"])
        for instance in resource["instances"]
        if "deposed" not in instance
    }


def last_state(environment: Environment, part: str) -> dict[str, Any]:
    """Terraform's state of a stack; empty before its first apply, or for who may not read it."""
    key = names.state_key(environment, part)
    try:
        found = clients.s3(environment).get_object(Bucket=environment.state.bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_READABLE:
            return {}
        raise
    state: dict[str, Any] = json.loads(found["Body"].read())
    return state
