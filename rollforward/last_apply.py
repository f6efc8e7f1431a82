"""What the last apply of a model's stack asked for, as Terraform's state has it."""

import json

from botocore.exceptions import ClientError

from config import names
from config.outputs import ENDPOINT_CONFIGURATION
from config.settings import Environment
from rollforward import aws

_NOT_READABLE = {"NoSuchKey", "NoSuchBucket", "AccessDenied"}


def asked_configuration(environment: Environment, model: str) -> str | None:
    """The endpoint configuration's name; None before the first apply, or for who may not read the state."""
    key = names.state_key(environment, f"sagemaker-{model}")
    try:
        found = aws.s3(environment).get_object(Bucket=environment.state.bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_READABLE:
            return None
        raise
    outputs = json.loads(found["Body"].read())["outputs"]
    name: str = outputs.get(ENDPOINT_CONFIGURATION, {}).get("value", names.NO_MODEL)
    return None if name == names.NO_MODEL else name
