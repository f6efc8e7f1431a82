"""What the last apply of a stack left, as Terraform's state has it."""

import json
from typing import Any

from botocore.exceptions import ClientError

from config import names
from config.outputs import ENDPOINT_CONFIGURATION
from config.settings import Environment
from rollforward import aws

_NOT_READABLE = {"NoSuchKey", "NoSuchBucket", "AccessDenied"}


def asked_configuration(environment: Environment, model: str) -> str | None:
    """The endpoint configuration's name; None before the first apply, or for who may not read the state."""
    name: str = last_outputs(environment, f"sagemaker-{model}").get(
        ENDPOINT_CONFIGURATION, names.NO_MODEL
    )
    return None if name == names.NO_MODEL else name


def last_outputs(environment: Environment, part: str) -> dict[str, Any]:
    """A stack's outputs; none before its first apply, or for who may not read the state."""
    key = names.state_key(environment, part)
    try:
        found = aws.s3(environment).get_object(Bucket=environment.state.bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_READABLE:
            return {}
        raise
    outputs = json.loads(found["Body"].read())["outputs"]
    return {name: output["value"] for name, output in outputs.items()}
