"""UpdateEndpointWeightsAndCapacities: the same containers get other shares of the requests.

Instances are counted, not started: each variant has one container. There is no deployment, so no deployment
events are sent.
"""

import asyncio

from botocore.model import OperationModel

from localcloud.sagemaker.endpoints.configurations import PRODUCTION, SHADOWS, variants_of
from localcloud.sagemaker.endpoints.operations import ENDPOINT, require_in_service
from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.events import send_endpoint_event
from localcloud.sagemaker.resources import to_output
from localcloud.sagemaker.state import Members, Region, Resource

_CAPACITIES = ("Weight", "InstanceCount", "ServerlessConfig")


def update_weights_and_capacities(
    operation: OperationModel, region: Region, params: Members
) -> Members:
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    require_in_service(endpoint)
    changes = {change["VariantName"]: change for change in params["DesiredWeightsAndCapacities"]}
    known = {variant["VariantName"] for variant in variants_of(endpoint.members)}
    if unknown := sorted(changes.keys() - known):
        raise validation_error(
            f'Could not find variant "{unknown[0]}" of endpoint "{endpoint.arn}".'
        )
    desired = {
        kind: [_with_desired(variant, changes) for variant in endpoint.members[kind]]
        for kind in (PRODUCTION, SHADOWS)
        if kind in endpoint.members
    }
    endpoint.update({"EndpointStatus": "Updating", **desired})
    send_endpoint_event(region, endpoint)
    region.deployments[endpoint.arn] = asyncio.create_task(_apply(region, endpoint))
    return to_output(endpoint, operation.output_shape)


async def _apply(region: Region, endpoint: Resource) -> None:
    await asyncio.sleep(region.behaviour.updating_seconds)
    weights = {
        variant["VariantName"]: variant["DesiredWeight"]
        for variant in variants_of(endpoint.members)
    }
    region.fleets[endpoint.arn] = region.fleets[endpoint.arn].with_weights(weights)
    current = {
        kind: [_with_current(variant) for variant in endpoint.members[kind]]
        for kind in (PRODUCTION, SHADOWS)
        if kind in endpoint.members
    }
    endpoint.update({"EndpointStatus": "InService", **current})
    send_endpoint_event(region, endpoint)


def _with_desired(variant: Members, changes: dict[str, Members]) -> Members:
    """The variant with the desired capacity of its change, if there is one."""
    change = changes.get(variant["VariantName"], {})
    serverless = "DesiredServerlessConfig" in variant
    unsupported = "DesiredInstanceCount" if serverless else "ServerlessUpdateConfig"
    if unsupported in change:
        raise validation_error(
            f'{unsupported} is not supported for variant "{variant["VariantName"]}".'
        )
    desired = {k: v for k, v in change.items() if k in ("DesiredWeight", "DesiredInstanceCount")}
    if "ServerlessUpdateConfig" in change:
        desired["DesiredServerlessConfig"] = (
            variant["DesiredServerlessConfig"] | change["ServerlessUpdateConfig"]
        )
    return variant | desired


def _with_current(variant: Members) -> Members:
    """The variant once its desired capacity is its current capacity."""
    return variant | {
        f"Current{what}": variant[f"Desired{what}"]
        for what in _CAPACITIES
        if f"Desired{what}" in variant
    }
