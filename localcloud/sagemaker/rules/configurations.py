"""CreateEndpointConfig: each variant, and the combination of the variants.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html (feature exclusions)
https://docs.aws.amazon.com/sagemaker/latest/dg/shadow-tests-exclusions.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html (types with local disks)
"""

import re

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.state import Members, Region

_LOCAL_DISKS = re.compile(
    r"ml\.(?:[a-z]\d+[a-z]*d|g4dn|g5|g6e?|g7e?|p3dn|p4de?|p5(?:en?)?|p6.*|dl1|trn\d.*)\..*"
)
_INSTANCE_MEMBERS = (
    "InitialInstanceCount",
    "InstanceType",
    "InstancePools",
    "VolumeSizeInGB",
    "ManagedInstanceScaling",
    "CapacityReservationConfig",
)


def check_config(region: Region, params: Members) -> None:
    variants = [*params["ProductionVariants"], *params.get("ShadowProductionVariants", [])]
    names = [variant["VariantName"] for variant in variants]
    if len(names) > len(set(names)):
        raise validation_error(f"Variant names must be unique; they are {', '.join(names)}.")
    for variant in variants:
        _check_variant(variant)
        if "ServerlessConfig" in variant:
            _check_serverless(region, variant)
        elif "KmsKeyId" in params:
            _check_no_local_disks(variant, "KmsKeyId")
    if "ShadowProductionVariants" in params:
        for variant in variants:
            _check_shadow_support(region, variant)


def _check_variant(variant: Members) -> None:
    name = variant["VariantName"]
    if "AcceleratorType" in variant:
        raise validation_error(
            f"Variant {name}: Elastic Inference (AcceleratorType) is no longer available."
        )
    if "ModelName" not in variant:
        raise validation_error(
            f"Variant {name} has no ModelName. The local cloud does not support inference components."
        )
    if "ServerlessConfig" in variant:
        if extra := [member for member in _INSTANCE_MEMBERS if member in variant]:
            raise validation_error(
                f"Variant {name} has a ServerlessConfig; {extra[0]} is not allowed."
            )
        return
    if "InstancePools" not in variant:
        for member in ("InstanceType", "InitialInstanceCount"):
            if member not in variant:
                raise validation_error(
                    f"Variant {name} has neither a ServerlessConfig nor an {member}."
                )
    if "VolumeSizeInGB" in variant:
        _check_no_local_disks(variant, "VolumeSizeInGB")


def _check_no_local_disks(variant: Members, member: str) -> None:
    types = [pool["InstanceType"] for pool in variant.get("InstancePools", [])]
    for instance_type in [*types, variant.get("InstanceType", "")]:
        if _LOCAL_DISKS.fullmatch(instance_type):
            raise validation_error(
                f"{member} cannot be specified: {instance_type} has local storage."
            )


def _check_shadow_support(region: Region, variant: Members) -> None:
    containers = _containers(region, variant)
    unsupported = {
        "endpoints of several containers": len(containers) > 1,
        "multi-model endpoints": any(one.get("Mode") == "MultiModel" for one in containers),
        "Inf1 instances": variant.get("InstanceType", "").startswith("ml.inf1."),
    }
    for feature, is_used in unsupported.items():
        if is_used:
            raise validation_error(f"Shadow variants are not supported for {feature}.")


def _containers(region: Region, variant: Members) -> list[Members]:
    model = region.get("Model", variant["ModelName"]).members
    return model.get("Containers") or [model["PrimaryContainer"]]


def _check_serverless(region: Region, variant: Members) -> None:
    containers = _containers(region, variant)
    if len(containers) > 1:
        raise validation_error("Inference pipelines are not supported for a serverless endpoint.")
    (container,) = containers
    unsupported = {
        "ModelDataSource": "ModelDataSource" in container,
        "a multi-model container": container.get("Mode") == "MultiModel",
        "a private Docker registry": container.get("ImageConfig", {}).get("RepositoryAccessMode")
        == "Vpc",
    }
    for feature, is_used in unsupported.items():
        if is_used:
            raise validation_error(f"A serverless endpoint does not support {feature}.")
