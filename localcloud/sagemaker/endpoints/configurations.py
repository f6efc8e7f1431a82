"""Endpoint configurations, and the combinations that AWS refuses.

https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
https://docs.aws.amazon.com/sagemaker/latest/dg/model-shadow-deployment.html
"""

from botocore.model import OperationModel

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.resources import to_output
from localcloud.sagemaker.state import Members, Region, Resource

CONFIG = "EndpointConfig"
PRODUCTION = "ProductionVariants"
SHADOWS = "ShadowProductionVariants"
ASYNC = "AsyncInferenceConfig"
_MEMORY_STEP = 1024
_NOT_SERVERLESS = (ASYNC, "DataCaptureConfig", SHADOWS)
_NOT_OF_SERVERLESS_MODELS = ("VpcConfig", "EnableNetworkIsolation")


def create_config(operation: OperationModel, region: Region, params: Members) -> Members:
    require_models(region, params)
    if any("ServerlessConfig" in variant for variant in params[PRODUCTION]):
        _check_serverless(region, params)
    if SHADOWS in params:
        _check_shadows(params)
    config = region.add(CONFIG, params[f"{CONFIG}Name"], params)
    return to_output(config, operation.output_shape)


def variants_of(members: Members) -> list[Members]:
    """Production variants, then shadow variants."""
    return [*members[PRODUCTION], *members.get(SHADOWS, [])]


def require_models(region: Region, members: Members) -> None:
    for variant in variants_of(members):
        region.get("Model", variant["ModelName"])


def is_serverless(config: Resource) -> bool:
    return "ServerlessConfig" in config.members[PRODUCTION][0]


def _check_serverless(region: Region, params: Members) -> None:
    if len(params[PRODUCTION]) > 1:
        raise validation_error("Only one production variant is allowed for a serverless endpoint.")
    for feature in _NOT_SERVERLESS:
        if feature in params:
            raise validation_error(f"{feature} is not supported for a serverless endpoint.")
    (variant,) = params[PRODUCTION]
    if "InstanceType" in variant:
        raise validation_error(
            "A variant must not have both a ServerlessConfig and an InstanceType."
        )
    model = region.get("Model", variant["ModelName"])
    for feature in _NOT_OF_SERVERLESS_MODELS:
        if model.members.get(feature):
            raise validation_error(
                f'{feature} of model "{model.arn}" is not supported for a serverless endpoint.'
            )
    _check_size(variant["ServerlessConfig"])


def _check_size(serverless: Members) -> None:
    memory, most = serverless["MemorySizeInMB"], serverless["MaxConcurrency"]
    if memory % _MEMORY_STEP:
        raise validation_error(
            f"MemorySizeInMB must be 1024, 2048, 3072, 4096, 5120 or 6144; it is {memory}."
        )
    if serverless.get("ProvisionedConcurrency", 0) > most:
        raise validation_error(
            f"ProvisionedConcurrency must not exceed MaxConcurrency, which is {most}."
        )


def _check_shadows(params: Members) -> None:
    for kind in (PRODUCTION, SHADOWS):
        if len(params[kind]) > 1:
            raise validation_error(
                f"Only one of {kind} is allowed for an endpoint with a shadow variant."
            )
    if ASYNC in params:
        raise validation_error(f"{SHADOWS} are not supported with {ASYNC}.")
