"""Each operation of the two control planes, and the function that performs it."""

import asyncio

import botocore.session
from botocore.model import OperationModel

from localcloud.sagemaker import resources, tags
from localcloud.sagemaker.authorization import on_behalf
from localcloud.sagemaker.authorization.actions import sagemaker_calls, scaling_calls
from localcloud.sagemaker.endpoints import capacities, configurations, operations
from localcloud.sagemaker.errors import AwsError, unknown_operation
from localcloud.sagemaker.iam.permissions import Caller
from localcloud.sagemaker.registry import packages
from localcloud.sagemaker.rules import requests
from localcloud.sagemaker.rules.shapes import validate
from localcloud.sagemaker.scaling.scaling import Scaling
from localcloud.sagemaker.state import Members, Region
from localcloud.throttling import CODE, MESSAGE, Limits

SAGEMAKER = "SageMaker"
SCALING = "AnyScaleFrontendService"
_MODELS = {
    prefix: botocore.session.get_session().get_service_model(service)
    for prefix, service in ((SAGEMAKER, "sagemaker"), (SCALING, "application-autoscaling"))
}
_SPECIAL = {
    "CreateEndpointConfig": configurations.create_config,
    "CreateEndpoint": operations.create_endpoint,
    "DescribeEndpoint": operations.describe_endpoint,
    "UpdateEndpoint": operations.update_endpoint,
    "UpdateEndpointWeightsAndCapacities": capacities.update_weights_and_capacities,
    "DeleteEndpoint": operations.delete_endpoint,
    "CreateModelPackageGroup": packages.create_group,
    "DeleteModelPackageGroup": packages.delete_group,
    "CreateModelPackage": packages.create_package,
    "UpdateModelPackage": packages.update_package,
    "ListModelPackages": packages.list_packages,
    "BatchDescribeModelPackage": packages.describe_packages,
    "AddTags": tags.add_tags,
    "ListTags": tags.list_tags,
    "DeleteTags": tags.delete_tags,
}


class Service:
    """Both control planes of one account in one region."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.scaling = Scaling(region)
        self._limits = Limits() if region.behaviour.throttled else None

    def admit(self, target: str) -> None:
        """Raises ThrottlingException if there are more calls than AWS takes."""
        if self._limits and not self._limits.take(target):
            raise AwsError(CODE, MESSAGE)

    async def perform(self, target: str, params: Members, caller: Caller) -> Members:
        """`target` is the X-Amz-Target header, such as `SageMaker.CreateModel`."""
        operation = _operation(target)
        if operation.input_shape:
            validate(params, operation.input_shape)
        of_sagemaker = target.startswith(SAGEMAKER)
        calls_of = sagemaker_calls if of_sagemaker else scaling_calls
        calls = calls_of(operation.name, self.region, params)
        await asyncio.to_thread(self.region.permissions.require, caller, calls)
        requests.check(operation.name, self.region, params)
        if not of_sagemaker:
            return self.scaling.perform(operation.name, params)
        if reads := on_behalf.CHECKS.get(operation.name):
            await asyncio.to_thread(reads, self.region, params, caller)
        handler = _SPECIAL.get(operation.name, resources.perform)
        return handler(operation, self.region, params)

    async def close(self) -> None:
        await operations.close(self.region)


def _operation(target: str) -> OperationModel:
    prefix, _, name = target.partition(".")
    if prefix not in _MODELS or name not in _MODELS[prefix].operation_names:
        raise unknown_operation(target)
    return _MODELS[prefix].operation_model(name)
