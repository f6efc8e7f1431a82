"""The operations of endpoints. Each returns at once; the work is done in the background, as on AWS."""

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
from localcloud.sagemaker.errors import AwsError, validation_error
from localcloud.sagemaker.events import send_endpoint_event
from localcloud.sagemaker.resources import to_output
from localcloud.sagemaker.state import Members, Region, Resource

ENDPOINT = "Endpoint"
_POLICY, _LAST_POLICY = "DeploymentConfig", "LastDeploymentConfig"


def create_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    config = _require_config(region, params)
    members = params | {"EndpointStatus": "Creating"} | _last_policy(params)
    endpoint = region.add(ENDPOINT, params[f"{ENDPOINT}Name"], members)
    send_endpoint_event(region, endpoint)
    Deployment.create(region, endpoint, config, {}).start()
    return to_output(endpoint, operation.output_shape)


def describe_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    """Describe an endpoint, as it was `outdated_seconds` ago: AWS documents no limit of this lag."""
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    if outdated := region.behaviour.outdated_seconds:
        endpoint = endpoint.state_at(time.time() - outdated)
    return to_output(endpoint, operation.output_shape)


def update_endpoint(operation: OperationModel, region: Region, params: Members) -> Members:
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    config = _require_config(region, params)
    require_in_service(endpoint)
    _require_same_kind(endpoint, config)
    _require_scaled_variants_unchanged(region, endpoint, config)
    retained = endpoint.members.get(_LAST_POLICY) if params.get(f"Retain{_POLICY}") else None
    policy = params.get(_POLICY) or retained or {}
    if policy:
        _require_same_variants(endpoint, config)
    deployment = Deployment.create(region, endpoint, config, policy)
    endpoint.update({"EndpointStatus": "Updating", PENDING: deployment.summary("Creating")})
    endpoint.update(_last_policy(params))
    send_endpoint_event(region, endpoint)
    deployment.start()
    return to_output(endpoint, operation.output_shape)


def delete_endpoint(_: OperationModel, region: Region, params: Members) -> Members:
    """Return at once. The name is in use until the endpoint is deleted."""
    endpoint = region.get(ENDPOINT, params[f"{ENDPOINT}Name"])
    if endpoint.members["EndpointStatus"] not in ("InService", "Failed"):
        raise in_progress_error(endpoint)
    endpoint.update({"EndpointStatus": "Deleting"})
    send_endpoint_event(region, endpoint)
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
        raise validation_error(f'Cannot update endpoint "{endpoint.arn}" with status "Failed".')
    if status != "InService":
        raise in_progress_error(endpoint)


def in_progress_error(endpoint: Resource) -> AwsError:
    """The same message for an update and for a delete (aws/amazon-sagemaker-examples #3188)."""
    return validation_error(f'Cannot update in-progress endpoint "{endpoint.arn}".')


async def stop_all(region: Region) -> None:
    """Stop every task and every container of the region."""
    running = [*region.deployments.values(), *region.copies]
    running += [task for tasks in region.inferences.values() for task in tasks]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for fleet in region.fleets.values():
        await fleet.stop()
    await asyncio.gather(*region.retirements, *region.events)


def _require_config(region: Region, params: Members) -> Resource:
    config = region.get(CONFIG, params[f"{CONFIG}Name"])
    require_models(region, config.members)
    return config


def _require_same_variants(endpoint: Resource, config: Resource) -> None:
    """Refuse other variant names. Without a deployment policy, variants may be added and removed.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
    """
    old, new = (
        sorted(variant["VariantName"] for variant in variants_of(members))
        for members in (endpoint.members, config.members)
    )
    if old != new:
        raise validation_error(
            "When doing a blue/green or rolling deployment, the new endpoint configuration must have the "
            f"same variant names as the old one: {', '.join(old)}. It has: {', '.join(new)}."
        )


def _require_same_kind(endpoint: Resource, config: Resource) -> None:
    """Refuse another kind of inference.

    https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-update.html
    AWS documents no rule for asynchronous endpoints; its message is in aws/sagemaker-python-sdk #3124.
    """
    is_async = ASYNC in endpoint.members
    if is_async != (ASYNC in config.members):
        change = "removed from" if is_async else "added to"
        raise validation_error(
            f"The {ASYNC} parameter cannot be {change} this endpoint {endpoint.members['EndpointName']}."
        )
    serverless = "CurrentServerlessConfig" in endpoint.members[PRODUCTION][0]
    if is_serverless(config) and not serverless:
        raise validation_error(
            f'Cannot update endpoint "{endpoint.arn}": an instance-based endpoint cannot become serverless.'
        )


def _require_scaled_variants_unchanged(
    region: Region, endpoint: Resource, config: Resource
) -> None:
    """Refuse to remove a variant that is a scalable target, or to change its instance type.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
    """
    name = endpoint.members["EndpointName"]
    live = region.resources.get(region.arn(CONFIG, endpoint.members[f"{CONFIG}Name"]))
    new = _instance_types(config.members)
    changed = [
        variant
        for variant, instance_type in (_instance_types(live.members) if live else {}).items()
        if f"endpoint/{name}/variant/{variant}" in region.scalable
        and new.get(variant) != instance_type
    ]
    if changed:
        raise validation_error(
            f'The variant(s) "{", ".join(changed)}" must be deregistered as a scalable target with Auto '
            "Scaling before they can be removed or have their instance type modified."
        )


def _instance_types(config: Members) -> Members:
    return {one["VariantName"]: one.get("InstanceType", "none") for one in config[PRODUCTION]}


def _last_policy(params: Members) -> Members:
    return {_LAST_POLICY: params[_POLICY]} if _POLICY in params else {}
