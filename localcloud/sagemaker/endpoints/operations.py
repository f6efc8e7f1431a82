"""Endpoints: asked for, changed, deleted. What then has to happen is done in the background, as on AWS."""

import asyncio
import time

from botocore.model import OperationModel

from localcloud.sagemaker.endpoints.configurations import (
    ASYNC,
    CONFIG,
    PRODUCTION,
    is_serverless,
    require_models,
    variants_of,
)
from localcloud.sagemaker.endpoints.deployments import PENDING, Deployment, retire
from localcloud.sagemaker.errors import AwsError, invalid
from localcloud.sagemaker.events import endpoint_changed
from localcloud.sagemaker.resources import shown
from localcloud.sagemaker.state import Members, Region, Resource

ENDPOINT = "Endpoint"
_ASKED, _LAST = "DeploymentConfig", "LastDeploymentConfig"


def create_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    config = _deployable(region, params)
    members = params | {"EndpointStatus": "Creating"} | _remembered(params)
    endpoint = region.add(ENDPOINT, params[f"{ENDPOINT}Name"], members)
    endpoint_changed(region, endpoint)
    Deployment.of(region, endpoint, config, {}).begin()
    return shown(endpoint, operation.output_shape)


def describe_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    """AWS names no bound of the lag, and does not rule it out."""
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    if outdated := region.behaviour.outdated_seconds:
        endpoint = endpoint.as_of(time.time() - outdated)
    return shown(endpoint, operation.output_shape)


def update_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    config = _deployable(region, params)
    require_in_service(endpoint)
    _require_same_kind(endpoint, config)
    _require_scaled_variants_stay(region, endpoint, config)
    retained = endpoint.members.get(_LAST) if params.get(f"Retain{_ASKED}") else None
    policy = params.get(_ASKED) or retained or {}
    if policy:
        _require_same_variants(endpoint, config)
    deployment = Deployment.of(region, endpoint, config, policy)
    endpoint.update({"EndpointStatus": "Updating", PENDING: deployment.summary("Creating")})
    endpoint.update(_remembered(params))
    endpoint_changed(region, endpoint)
    deployment.begin()
    return shown(endpoint, operation.output_shape)


def delete_endpoint(_: OperationModel, region: Region, params: Members) -> Members:
    """Answers at once. The name stays taken until the endpoint is gone."""
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    if endpoint.members["EndpointStatus"] not in ("InService", "Failed"):
        raise in_progress(endpoint)
    endpoint.update({"EndpointStatus": "Deleting"})
    endpoint_changed(region, endpoint)
    for inference in region.inferences.pop(endpoint.arn, set()):
        inference.cancel()
    if endpoint.arn in region.fleets:
        retire(region, region.fleets.pop(endpoint.arn))
    region.deployments[endpoint.arn] = asyncio.create_task(_remove(region, endpoint))
    return {}


async def _remove(region: Region, endpoint: Resource) -> None:
    await asyncio.sleep(region.behaviour.deleting_seconds)
    region.remove(endpoint)
    del region.deployments[endpoint.arn]


def require_in_service(endpoint: Resource) -> None:
    status = endpoint.members["EndpointStatus"]
    if status == "Failed":
        raise invalid(f'Cannot update endpoint "{endpoint.arn}" with status "Failed".')
    if status != "InService":
        raise in_progress(endpoint)


def in_progress(endpoint: Resource) -> AwsError:
    """The same words for an update as for a delete (aws/amazon-sagemaker-examples #3188)."""
    return invalid(f'Cannot update in-progress endpoint "{endpoint.arn}".')


async def close(region: Region) -> None:
    """Stop everything that runs."""
    running = [*region.deployments.values(), *region.copies]
    running += [task for tasks in region.inferences.values() for task in tasks]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for fleet in region.fleets.values():
        await fleet.stop()
    await asyncio.gather(*region.retirements, *region.notices)


def _deployable(region: Region, params: Members) -> Resource:
    config = region.get(CONFIG, params[f"{CONFIG}Name"])
    require_models(region, config.members)
    return config


def _require_same_variants(endpoint: Resource, config: Resource) -> None:
    """Without a deployment policy, variants may be added and removed.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """
    old, new = (
        sorted(variant["VariantName"] for variant in variants_of(members))
        for members in (endpoint.members, config.members)
    )
    if old != new:
        raise invalid(
            "When doing a blue/green or rolling deployment, the new endpoint configuration must have the "
            f"same variant names as the old one: {', '.join(old)}. It has: {', '.join(new)}."
        )


def _require_same_kind(endpoint: Resource, config: Resource) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html

    For asynchronous ones AWS's pages say nothing; its words are in aws/sagemaker-python-sdk #3124.
    """
    queued = ASYNC in endpoint.members
    if queued != (ASYNC in config.members):
        change = "removed from" if queued else "added to"
        raise invalid(
            f"The {ASYNC} parameter cannot be {change} this endpoint {endpoint.members['EndpointName']}."
        )
    serverless = "CurrentServerlessConfig" in endpoint.members[PRODUCTION][0]
    if is_serverless(config) and not serverless:
        raise invalid(
            f'Cannot update endpoint "{endpoint.arn}": an instance-based endpoint cannot become serverless.'
        )


def _require_scaled_variants_stay(region: Region, endpoint: Resource, config: Resource) -> None:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html"""
    name = endpoint.members["EndpointName"]
    live = region.resources.get(region.arn(CONFIG, endpoint.members[f"{CONFIG}Name"]))
    wanted = _instance_types(config.members)
    gone = [
        variant
        for variant, instance_type in (_instance_types(live.members) if live else {}).items()
        if f"endpoint/{name}/variant/{variant}" in region.scalable
        and wanted.get(variant) != instance_type
    ]
    if gone:
        raise invalid(
            f'The variant(s) "{", ".join(gone)}" must be deregistered as a scalable target with Auto Scaling '
            "before they can be removed or have their instance type modified."
        )


def _instance_types(config: Members) -> Members:
    return {one["VariantName"]: one.get("InstanceType", "none") for one in config[PRODUCTION]}


def _remembered(params: Members) -> Members:
    return {_LAST: params[_ASKED]} if _ASKED in params else {}
