"""UpdateEndpointWeightsAndCapacities: the same containers with other shares of the requests.

Instances are counted and not started: each variant has its one container, whatever its count. No deployment
goes on meanwhile, so none is told of.
"""

import asyncio

from botocore.model import OperationModel

from localcloud.sagemaker.endpoints.configurations import PRODUCTION, SHADOWS, variants_of
from localcloud.sagemaker.endpoints.operations import ENDPOINT, require_in_service
from localcloud.sagemaker.errors import invalid
from localcloud.sagemaker.events import endpoint_changed
from localcloud.sagemaker.resources import shown
from localcloud.sagemaker.state import Members, Region, Resource

_WHAT = ("Weight", "InstanceCount", "ServerlessConfig")


def update_weights_and_capacities(
    operation: OperationModel, region: Region, params: Members
) -> Members:
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    require_in_service(endpoint)
    wishes = {wish["VariantName"]: wish for wish in params["DesiredWeightsAndCapacities"]}
    known = {variant["VariantName"] for variant in variants_of(endpoint.members)}
    if unknown := sorted(wishes.keys() - known):
        raise invalid(f'Could not find variant "{unknown[0]}" of endpoint "{endpoint.arn}".')
    desired = {
        kind: [_wished(variant, wishes) for variant in endpoint.members[kind]]
        for kind in (PRODUCTION, SHADOWS)
        if kind in endpoint.members
    }
    endpoint.update({"EndpointStatus": "Updating", **desired})
    endpoint_changed(region, endpoint)
    region.deployments[endpoint.arn] = asyncio.create_task(_apply(region, endpoint))
    return shown(endpoint, operation.output_shape)


async def _apply(region: Region, endpoint: Resource) -> None:
    await asyncio.sleep(region.behaviour.updating_seconds)
    weights = {
        variant["VariantName"]: variant["DesiredWeight"]
        for variant in variants_of(endpoint.members)
    }
    region.fleets[endpoint.arn] = region.fleets[endpoint.arn].weighing(weights)
    reached = {
        kind: [_reached(variant) for variant in endpoint.members[kind]]
        for kind in (PRODUCTION, SHADOWS)
        if kind in endpoint.members
    }
    endpoint.update({"EndpointStatus": "InService", **reached})
    endpoint_changed(region, endpoint)


def _wished(variant: Members, wishes: dict[str, Members]) -> Members:
    wish = wishes.get(variant["VariantName"], {})
    serverless = "DesiredServerlessConfig" in variant
    foreign = "DesiredInstanceCount" if serverless else "ServerlessUpdateConfig"
    if foreign in wish:
        raise invalid(f'{foreign} does not go with variant "{variant["VariantName"]}".')
    changed = {k: v for k, v in wish.items() if k in ("DesiredWeight", "DesiredInstanceCount")}
    if "ServerlessUpdateConfig" in wish:
        changed["DesiredServerlessConfig"] = (
            variant["DesiredServerlessConfig"] | wish["ServerlessUpdateConfig"]
        )
    return variant | changed


def _reached(variant: Members) -> Members:
    return variant | {
        f"Current{what}": variant[f"Desired{what}"] for what in _WHAT if f"Desired{what}" in variant
    }
