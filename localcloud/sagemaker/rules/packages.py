"""CreateModelPackage and UpdateModelPackage: versioned and unversioned packages, and their members.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceSpecification.html
The first two messages are AWS's own: getmoto/moto #7165.
"""

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.state import Members, Region

MAX_METADATA = 50
_METADATA = "CustomerMetadataProperties"


def check_new_package(_: Region, params: Members) -> None:
    versioned, named = "ModelPackageGroupName" in params, "ModelPackageName" in params
    if versioned and named:
        raise validation_error(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
    if not versioned and not named:
        raise validation_error("Missing ARN.")
    if versioned and "Tags" in params:
        raise validation_error(
            "A versioned model package has the tags of its group; Tags are not allowed."
        )
    if named:
        _check_unversioned(params)


def check_update(region: Region, params: Members) -> None:
    package = region.get("ModelPackage", params["ModelPackageArn"]).members
    if "ModelPackageGroupName" not in package:
        raise validation_error("UpdateModelPackage updates versioned models only.")
    removed = params.get(f"{_METADATA}ToRemove", [])
    kept = {*package.get(_METADATA, {}), *params.get(_METADATA, {})} - {*removed}
    if len(kept) > MAX_METADATA:
        raise validation_error(f"A model package has at most {MAX_METADATA} {_METADATA}.")


def _check_unversioned(params: Members) -> None:
    if "ModelApprovalStatus" in params:
        raise validation_error("ModelApprovalStatus does not apply to unversioned models.")
    specification = params.get("InferenceSpecification")
    if not specification and "SourceAlgorithmSpecification" not in params:
        raise validation_error(
            "Either InferenceSpecification or SourceAlgorithmSpecification is required."
        )
    for member in ("SupportedTransformInstanceTypes", "SupportedRealtimeInferenceInstanceTypes"):
        if specification and not specification.get(member):
            raise validation_error(f"{member} is required for unversioned models.")
