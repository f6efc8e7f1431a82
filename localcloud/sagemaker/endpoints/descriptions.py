"""The members that describe an endpoint: what it serves, and what a deployment is about to serve."""

import time
from math import ceil
from typing import Any

from localcloud.sagemaker.containers.model_data import primary_container
from localcloud.sagemaker.endpoints.configurations import ASYNC, CONFIG, PRODUCTION, SHADOWS
from localcloud.sagemaker.state import Members


def live_members(config: Members, models: dict[str, Members]) -> Members:
    """The members of an endpoint that serves this configuration, with these models by variant name."""
    members = {name: config[name] for name in (f"{CONFIG}Name", ASYNC) if name in config}
    for kind in (PRODUCTION, SHADOWS):
        if kind in config:
            members[kind] = [
                _live_variant(variant, models[variant["VariantName"]]) for variant in config[kind]
            ]
    return members | {"EndpointStatus": "InService"}


def pending_summary(config: Members, started: float, stage: str, share: float = 0) -> Members:
    """The PendingDeploymentSummary of a deployment that started at `started`, a Unix time.

    `share` of the new fleet, from 0 to 1, gets requests.
    """
    return {
        f"{CONFIG}Name": config[f"{CONFIG}Name"],
        "StartTime": started,
        **{
            kind: [_pending_variant(variant, stage, share) for variant in config[kind]]
            for kind in (PRODUCTION, SHADOWS)
            if kind in config
        },
    }


def weight_of(variant: Members) -> float:
    weight: float = variant.get("InitialVariantWeight", 1)
    return weight


def _live_variant(variant: Members, model: Members) -> Members:
    image = primary_container(model).get("Image", "")
    capacity = _capacity(variant)
    return {
        "VariantName": variant["VariantName"],
        "DeployedImages": [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": time.time()}
        ],
        **{f"Current{name}": value for name, value in capacity.items()},
        **{f"Desired{name}": value for name, value in capacity.items()},
    }


def _pending_variant(variant: Members, stage: str, share: float) -> Members:
    capacity = _capacity(variant)
    current = {"CurrentInstanceCount": ceil(capacity.get("InstanceCount", 1) * share)}
    return {
        "VariantName": variant["VariantName"],
        "VariantStatus": [{"Status": stage}],
        **(current if share else {}),
        **{f"Desired{name}": value for name, value in capacity.items()},
    }


def _capacity(variant: Members) -> dict[str, Any]:
    """Weight, and instance count or serverless configuration."""
    if "ServerlessConfig" in variant:
        return {"Weight": weight_of(variant), "ServerlessConfig": variant["ServerlessConfig"]}
    return {"Weight": weight_of(variant), "InstanceCount": variant.get("InitialInstanceCount", 1)}
