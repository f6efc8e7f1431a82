"""Endpoints and their configurations: what is asked of them is checked, then done in the background."""

import asyncio

from botocore.model import OperationModel

from rollforward.local.sagemaker import deployments
from rollforward.local.sagemaker.errors import invalid
from rollforward.local.sagemaker.events import endpoint_changed
from rollforward.local.sagemaker.fleet import stop
from rollforward.local.sagemaker.resources import shown
from rollforward.local.sagemaker.state import Members, Region, Resource

CONFIG = "EndpointConfig"
ENDPOINT = "Endpoint"
_HOW = "DeploymentConfig"


def create_config(operation: OperationModel, region: Region, params: Members) -> Members:
    _require_models(region, params["ProductionVariants"])
    serverless = [each for each in params["ProductionVariants"] if "ServerlessConfig" in each]
    if serverless and len(params["ProductionVariants"]) > 1:
        raise invalid("Only one production variant is allowed for a serverless endpoint.")
    config = region.add(CONFIG, params[f"{CONFIG}Name"], params)
    return shown(config, operation.output_shape)


def create_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    config = _deployable(region, params)
    members = params | {"EndpointStatus": "Creating"} | _remembered(params)
    endpoint = region.add(ENDPOINT, params[f"{ENDPOINT}Name"], members)
    endpoint_changed(region, endpoint)
    deployments.begin(region, endpoint, config, params.get(_HOW, {}))
    return shown(endpoint, operation.output_shape)


def update_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    """The configuration that it tells of stays the old one until the deployment has ended well."""
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    config = _deployable(region, params)
    status = endpoint.members["EndpointStatus"]
    if status == "Failed":
        raise invalid(f'Cannot update endpoint "{endpoint.arn}" with status "Failed".')
    if status != "InService":
        raise invalid(f'Cannot update in-progress endpoint "{endpoint.arn}".')
    endpoint.update({"EndpointStatus": "Updating"} | _remembered(params))
    endpoint_changed(region, endpoint)
    deployments.begin(region, endpoint, config, params.get(_HOW, {}))
    return shown(endpoint, operation.output_shape)


def delete_endpoint(_: OperationModel, region: Region, params: Members) -> Members:
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    endpoint.update({"EndpointStatus": "Deleting"})
    endpoint_changed(region, endpoint)
    region.remove(endpoint)
    region.deployments.pop(endpoint.arn).cancel()
    if endpoint.arn in region.fleets:
        deployments.retire(region, region.fleets.pop(endpoint.arn))
    return {}


async def close(region: Region) -> None:
    """Stop everything that runs, and wait until all that happened is told."""
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


def _remembered(params: Members) -> Members:
    return {f"Last{_HOW}": params[_HOW]} if _HOW in params else {}
