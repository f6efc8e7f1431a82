"""The operations of both control planes: check a request, then call the function of its operation."""

import asyncio

import botocore.session
from botocore.model import OperationModel

from localcloud.sagemaker import resources, tags
from localcloud.sagemaker.authorization.actions import sagemaker_calls, scaling_calls
from localcloud.sagemaker.authorization.caller_checks import CALLER_CHECKS
from localcloud.sagemaker.endpoints import capacities, configurations, operations
from localcloud.sagemaker.errors import AwsError, unknown_operation_error
from localcloud.sagemaker.iam.permissions import Caller
from localcloud.sagemaker.registry import groups, packages
from localcloud.sagemaker.rules.requests import check_request
from localcloud.sagemaker.rules.shapes import validate_shape
from localcloud.sagemaker.scaling.scaling import Scaling
from localcloud.sagemaker.state import Members, Region
from localcloud.throttling import CODE, MESSAGE, Limits

SAGEMAKER = "SageMaker"
SCALING = "AnyScaleFrontendService"
_MODELS = {
    prefix: botocore.session.get_session().get_service_model(service)
    for prefix, service in ((SAGEMAKER, "sagemaker"), (SCALING, "application-autoscaling"))
}
_HANDLERS = {
    "CreateEndpointConfig": configurations.create_config,
    "CreateEndpoint": operations.create_endpoint,
    "DescribeEndpoint": operations.describe_endpoint,
    "UpdateEndpoint": operations.update_endpoint,
    "UpdateEndpointWeightsAndCapacities": capacities.update_weights_and_capacities,
    "DeleteEndpoint": operations.delete_endpoint,
    "CreateModelPackageGroup": groups.create_group,
    "DeleteModelPackageGroup": groups.delete_group,
    "CreateModelPackage": packages.create_package,
    "UpdateModelPackage": packages.update_package,
    "ListModelPackages": packages.list_packages,
    "BatchDescribeModelPackage": packages.describe_packages,
    "AddTags": tags.add_tags,
    "ListTags": tags.list_tags,
    "DeleteTags": tags.delete_tags,
}


class Service:
    """SageMaker and Application Auto Scaling of one account in one region."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.scaling = Scaling(region)
        self._limits = Limits() if region.behaviour.throttled else None

    def throttle(self, target: str) -> None:
        """Raises ThrottlingException for a call above AWS's rate."""
        if self._limits and not self._limits.take(target):
            raise AwsError(CODE, MESSAGE)

    async def perform(self, target: str, params: Members, caller: Caller) -> Members:
        """The response to a request; `target` is the X-Amz-Target header, such as `SageMaker.CreateModel`."""
        operation = _operation(target)
        if operation.input_shape:
            validate_shape(params, operation.input_shape)
        is_sagemaker = target.startswith(SAGEMAKER)
        calls_of = sagemaker_calls if is_sagemaker else scaling_calls
        calls = calls_of(operation.name, self.region, params)
        await asyncio.to_thread(self.region.permissions.require, caller, calls)
        check_request(operation.name, self.region, params)
        if not is_sagemaker:
            return self.scaling.perform(operation.name, params)
        if check := CALLER_CHECKS.get(operation.name):
            await asyncio.to_thread(check, self.region, params, caller)
        handler = _HANDLERS.get(operation.name, resources.perform)
        return handler(operation, self.region, params)

    async def close(self) -> None:
        await operations.stop_all(self.region)


def _operation(target: str) -> OperationModel:
    prefix, _, name = target.partition(".")
    if prefix not in _MODELS or name not in _MODELS[prefix].operation_names:
        raise unknown_operation_error(target)
    return _MODELS[prefix].operation_model(name)
