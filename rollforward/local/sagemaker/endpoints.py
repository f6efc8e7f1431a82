"""Endpoints: a deployment starts the new containers, switches over, then stops the old ones.

It happens in the background, as on AWS. If the new containers do not come up, a new endpoint is
`Failed`; one that served before goes on with its old configuration, `InService` as if nothing had
been.
"""

import asyncio
import logging
import time
from typing import Any

from botocore.model import OperationModel

from rollforward.local.sagemaker import containers
from rollforward.local.sagemaker.errors import invalid
from rollforward.local.sagemaker.events import endpoint_changed
from rollforward.local.sagemaker.fleet import Fleet, Variant, stop
from rollforward.local.sagemaker.resources import shown
from rollforward.local.sagemaker.state import Members, Region, Resource

CONFIG = "EndpointConfig"
ENDPOINT = "Endpoint"
LONGEST_REASON = 1024
_PENDING = "PendingDeploymentSummary"

logger = logging.getLogger(__name__)


def create_config(operation: OperationModel, region: Region, params: Members) -> Members:
    _require_models(region, params["ProductionVariants"])
    serverless = [each for each in params["ProductionVariants"] if "ServerlessConfig" in each]
    if serverless and len(params["ProductionVariants"]) > 1:
        raise invalid("Only one production variant is allowed for a serverless endpoint.")
    config = region.add(CONFIG, params[f"{CONFIG}Name"], params)
    return shown(config, operation.output_shape)


def create_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    config = _deployable(region, params)
    members = params | {"EndpointStatus": "Creating"} | _deployment_config(params)
    endpoint = region.add(ENDPOINT, params[f"{ENDPOINT}Name"], members)
    endpoint_changed(region, endpoint)
    _begin(region, endpoint, config)
    return shown(endpoint, operation.output_shape)


def update_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    config = _deployable(region, params)
    status = endpoint.members["EndpointStatus"]
    if status == "Failed":
        raise invalid(f'Cannot update endpoint "{endpoint.arn}" with status "Failed".')
    if status != "InService":
        raise invalid(f'Cannot update in-progress endpoint "{endpoint.arn}".')
    endpoint.update({"EndpointStatus": "Updating", _PENDING: _pending(config)})
    endpoint.update(_deployment_config(params))
    endpoint_changed(region, endpoint)
    _begin(region, endpoint, config)
    return shown(endpoint, operation.output_shape)


def delete_endpoint(_: OperationModel, region: Region, params: Members) -> Members:
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    endpoint.update({"EndpointStatus": "Deleting"})
    endpoint_changed(region, endpoint)
    region.remove(endpoint)
    region.deployments.pop(endpoint.arn).cancel()
    if endpoint.arn in region.fleets:
        _retire(region, region.fleets.pop(endpoint.arn))
    return {}


async def close(region: Region) -> None:
    """Stop everything that runs."""
    for deployment in region.deployments.values():
        deployment.cancel()
    await asyncio.gather(*region.deployments.values(), return_exceptions=True)
    for fleet in region.fleets.values():
        await stop(variant.container for variant in fleet.variants)
    await asyncio.gather(*region.retirements, *region.notices)


def _deployable(region: Region, params: Members) -> Resource:
    config = region.get(CONFIG, params[f"{CONFIG}Name"])
    _require_models(region, config.members["ProductionVariants"])
    return config


def _require_models(region: Region, variants: list[Members]) -> None:
    for variant in variants:
        region.get("Model", variant["ModelName"])


def _deployment_config(params: Members) -> Members:
    given = "DeploymentConfig"
    return {f"Last{given}": params[given]} if given in params else {}


def _pending(config: Resource) -> Members:
    """What is told of a deployment while it goes on."""
    variants = [
        {
            "VariantName": variant["VariantName"],
            "DesiredInstanceCount": variant.get("InitialInstanceCount", 1),
            "VariantStatus": [{"Status": "Creating"}],
        }
        for variant in config.members["ProductionVariants"]
    ]
    return {
        f"{CONFIG}Name": config.members[f"{CONFIG}Name"],
        "StartTime": time.time(),
        "ProductionVariants": variants,
    }


def _begin(region: Region, endpoint: Resource, config: Resource) -> None:
    # Looked up now: what is deleted while the deployment goes on no longer matters to it.
    models = {
        variant["VariantName"]: _container_of(region, variant)
        for variant in config.members["ProductionVariants"]
    }
    deployment = asyncio.create_task(_deploy(region, endpoint, config, models))
    region.deployments[endpoint.arn] = deployment


async def _deploy(
    region: Region, endpoint: Resource, config: Resource, models: dict[str, Members]
) -> None:
    try:
        fleet = await _start(region, endpoint, config.members["ProductionVariants"], models)
    except Exception as error:
        ours = not isinstance(error, containers.ContainerError)
        logger.warning("%s is not deployed: %s", endpoint.arn, error, exc_info=ours)
        reason = str(error)[-LONGEST_REASON:]
        status = "InService" if endpoint.arn in region.fleets else "Failed"
        endpoint.members.pop(_PENDING, None)
        endpoint.update({"EndpointStatus": status, "FailureReason": reason})
        endpoint_changed(region, endpoint)
        return
    if previous := region.fleets.get(endpoint.arn):
        _retire(region, previous)
    region.fleets[endpoint.arn] = fleet
    for name in ("FailureReason", "AsyncInferenceConfig", _PENDING):
        endpoint.members.pop(name, None)
    endpoint.update(_served(config, models))
    endpoint_changed(region, endpoint)


async def _start(
    region: Region, endpoint: Resource, variants: list[Members], models: dict[str, Members]
) -> Fleet:
    """All the containers or, if one does not come up, none."""
    started: list[Variant] = []
    try:
        for variant in variants:
            name = variant["VariantName"]
            url = models[name].get("ModelDataUrl", "")
            log = region.logs / f"{endpoint.members['EndpointName']}-{name}-{time.time_ns()}.log"
            container = await containers.start(
                containers.ModelData(url, region.account, region.name),
                models[name].get("Environment", {}),
                log,
            )
            started.append(Variant(name, variant.get("InitialVariantWeight", 1), container))
    except BaseException:
        await stop(variant.container for variant in started)
        raise
    return Fleet(started)


def _container_of(region: Region, variant: Members) -> Members:
    model = region.get("Model", variant["ModelName"]).members
    container: Members = model.get("PrimaryContainer") or model["Containers"][0]
    return container


def _served(config: Resource, models: dict[str, Members]) -> Members:
    """What an endpoint says of itself once it serves this configuration."""
    kept = {
        k: v for k, v in config.members.items() if k in (f"{CONFIG}Name", "AsyncInferenceConfig")
    }
    variants = [_summary(each, models) for each in config.members["ProductionVariants"]]
    return kept | {"EndpointStatus": "InService", "ProductionVariants": variants}


def _summary(variant: Members, models: dict[str, Members]) -> Members:
    name = variant["VariantName"]
    image = models[name].get("Image", "")
    capacity: dict[str, Any] = {"Weight": variant.get("InitialVariantWeight", 1)}
    if "ServerlessConfig" in variant:
        capacity["ServerlessConfig"] = variant["ServerlessConfig"]
    else:
        capacity["InstanceCount"] = variant.get("InitialInstanceCount", 1)
    return {
        "VariantName": name,
        "DeployedImages": [
            {"SpecifiedImage": image, "ResolvedImage": image, "ResolutionTime": time.time()}
        ],
        **{f"Current{what}": value for what, value in capacity.items()},
        **{f"Desired{what}": value for what, value in capacity.items()},
    }


def _retire(region: Region, fleet: Fleet) -> None:
    retirement = asyncio.create_task(fleet.retire())
    region.retirements.add(retirement)
    retirement.add_done_callback(region.retirements.discard)
