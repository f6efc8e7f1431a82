"""What an endpoint says of its variants: of those that serve, and of those that are on their way."""

import time
from typing import Any

from rollforward.local.sagemaker.state import Members

LAUNCHING = "Creating"
BAKING = "Baking"
_LONG = {
    LAUNCHING: "Launching {instances} instance(s).",
    BAKING: "Baking for {seconds} seconds (TerminationWaitInSeconds) "
    "with traffic enabled on full capacity of {instances} instance(s).",
}


def serving(variant: Members, container: Members) -> Members:
    image, capacity = container.get("Image", ""), _capacity(variant)
    return {
        "VariantName": variant["VariantName"],
        "DeployedImages": [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": time.time()}
        ],
        **_named("Current", capacity),
        **_named("Desired", capacity),
    }


def pending(variant: Members, status: str, seconds: int) -> Members:
    """One that does not serve alone yet; `seconds` are those of the bake."""
    desired = _capacity(variant)
    current = desired
    if status == LAUNCHING and "InstanceCount" in desired:
        current = desired | {"InstanceCount": 0}
    message = _LONG[status].format(instances=desired.get("InstanceCount", 1), seconds=seconds)
    return {
        "VariantName": variant["VariantName"],
        **_named("Current", current),
        **_named("Desired", desired),
        "VariantStatus": [{"Status": status, "StatusMessage": message, "StartTime": time.time()}],
    }


def _capacity(variant: Members) -> Members:
    weight: dict[str, Any] = {"Weight": variant.get("InitialVariantWeight", 1)}
    if "ServerlessConfig" in variant:
        return weight | {"ServerlessConfig": variant["ServerlessConfig"]}
    return weight | {"InstanceCount": variant.get("InitialInstanceCount", 1)}


def _named(prefix: str, capacity: Members) -> Members:
    return {f"{prefix}{what}": value for what, value in capacity.items()}
