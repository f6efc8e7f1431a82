"""Capacity kept: a roll starts with as many instances as serve now, not with the configured minimum.

The provider has no RetainAllVariantProperties (terraform-provider-aws #48990): without this, a roll under
load would start from the minimum, and autoscaling would have to find its way up again.
"""

import json
from pathlib import Path

from config import names
from config.settings import Environment
from rollforward import aws

VARIABLE = "current_instances"


def capacity(environment: Environment, model: str | None, stack: Path) -> dict[str, str]:
    """The Terraform variable of the model's stack, if it has one; none of a shared stack."""
    if model is None:
        return {}
    declared = json.loads((stack / "cdk.tf.json").read_text("utf-8")).get("variable", {})
    if VARIABLE not in declared:
        return {}
    return {VARIABLE: str(_current_instances(environment, model))}


def _current_instances(environment: Environment, model: str) -> int:
    """Of the primary variant; 0 if there is no endpoint, or one without instances."""
    client = aws.sagemaker(environment)
    try:
        found = client.describe_endpoint(EndpointName=names.endpoint(environment, model))
    except client.exceptions.ClientError as error:
        if "Could not find" in error.response["Error"]["Message"]:
            return 0
        raise
    variants = found.get("ProductionVariants", [])
    return next(
        (
            variant.get("CurrentInstanceCount", 0)
            for variant in variants
            if variant["VariantName"] == names.VARIANT
        ),
        0,
    )
