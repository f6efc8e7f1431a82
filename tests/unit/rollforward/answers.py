"""What AWS answers about one model, for the `stub` fixture to give."""

import io
import json
from typing import Any

from botocore.response import StreamingBody
from botocore.stub import ANY

from config import names
from config.schema.settings import Environment, load
from tests.unit.conftest import Stub

DEV = load("dev")
MODEL = "sentiment"
BUCKET = names.model_bucket(DEV)
ENDPOINT = "rollforward-dev-sentiment"
ENDPOINT_ARN = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{ENDPOINT}"
V1 = "registered/sentiment/v1-1/model.tar.gz"
V2 = "registered/sentiment/v2-2/model.tar.gz"
V3 = "registered/sentiment/v3-3/model.tar.gz"
_PACKAGE_ARN = "arn:aws:sagemaker:us-east-1:123456789012:model-package/rollforward-dev-sentiment/"


def dev(**changes: Any) -> Environment:
    """The environment with other settings of its model."""
    said = DEV.model_dump()
    said["models"][MODEL] |= changes
    return Environment.model_validate(said)


def pointer(stub: Stub, value: str) -> None:
    name = {"Name": "/rollforward/dev/sentiment/registered"}
    stub("ssm").add_response("get_parameter", {"Parameter": {"Value": value}}, name)


def endpoint_is(
    stub: Stub, state: str, configuration: str = "the-configuration", failure: str | None = None
) -> None:
    described = {
        "EndpointName": ENDPOINT,
        "EndpointArn": ENDPOINT_ARN,
        "EndpointConfigName": configuration,
        "EndpointStatus": state,
        "CreationTime": 0,
        "LastModifiedTime": 0,
    } | ({"FailureReason": failure} if failure else {})
    stub("sagemaker").add_response("describe_endpoint", described, {"EndpointName": ENDPOINT})


def no_endpoint(stub: Stub) -> None:
    stub("sagemaker").add_client_error(
        "describe_endpoint", "ValidationException", 'Could not find endpoint "x".'
    )


def configuration(stub: Stub, key: str, name: str = "the-configuration", **beside: str) -> None:
    """An endpoint configuration of the model `key`, a pinned one or `hub:<org>/<name>@<revision>`."""
    variants = {"primary": key, **beside}
    models = {variant: f"{variant}-model-of-{name}" for variant in variants}
    kinds: dict[str, list[Any]] = {}
    for variant, model in models.items():
        kind = "ShadowProductionVariants" if variant == "shadow" else "ProductionVariants"
        kinds.setdefault(kind, []).append({"VariantName": variant, "ModelName": model})
    stub("sagemaker").add_response(
        "describe_endpoint_config",
        {
            "EndpointConfigName": name,
            "EndpointConfigArn": "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/c",
            "CreationTime": 0,
            **kinds,
        },
        {"EndpointConfigName": name},
    )
    for variant, model in models.items():
        stub("sagemaker").add_response(
            "describe_model",
            {
                "ModelName": model,
                "PrimaryContainer": _container(variants[variant]),
                "CreationTime": 0,
                "ModelArn": "arn:aws:sagemaker:us-east-1:123456789012:model/the-model",
            },
            {"ModelName": model},
        )


def _container(model: str) -> dict[str, Any]:
    if not model.startswith("hub:"):
        return {"ModelDataUrl": f"s3://{BUCKET}/{model}"}
    name, _, revision = model.removeprefix("hub:").partition("@")
    return {"Environment": {"HF_MODEL_ID": name, "HF_MODEL_REVISION": revision}}


def last_apply(stub: Stub, configuration: str | None) -> None:
    """Terraform's state of the endpoint's stack, with what was asked for; None if there is none."""
    if configuration is None:
        stub("s3").add_client_error("get_object", "NoSuchKey")
        return
    last_state(stub, {"outputs": {"endpoint_configuration": {"value": configuration}}})


def last_state(stub: Stub, content: dict[str, Any]) -> None:
    state = json.dumps(content).encode()
    stub("s3").add_response(
        "get_object",
        {"Body": StreamingBody(io.BytesIO(state), len(state))},
        {
            "Bucket": "rollforward-state-123456789012-us-east-1",
            "Key": "rollforward/dev/sagemaker-sentiment.tfstate",
        },
    )


def endpoint(
    stub: Stub, key: str, state: str = "InService", failure: str | None = None, **beside: str
) -> None:
    """An endpoint that serves the model `key`, which was asked for."""
    endpoint_is(stub, state, failure=failure)
    configuration(stub, key, **beside)
    last_apply(stub, "the-configuration")


def package(
    number: int,
    verdict: str = "Approved",
    *,
    key: str | None = None,
    reason: str = "Sound",
    **metadata: str,
) -> dict[str, Any]:
    """A version as DescribeModelPackage tells it; what was refused has no `key`."""
    container = {"Image": "i"} | ({"ModelDataUrl": f"s3://{BUCKET}/{key}"} if key else {})
    return {
        "ModelPackageArn": f"{_PACKAGE_ARN}{number}",
        "ModelPackageVersion": number,
        "ModelPackageDescription": reason,
        "ModelApprovalStatus": verdict,
        "ModelPackageName": "group",
        "CreationTime": 0,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "CustomerMetadataProperties": metadata,
        "InferenceSpecification": {"Containers": [container]},
    }


def packages(stub: Stub, *found: dict[str, Any]) -> None:
    """The model registry holds these, newest first, and each of them is described."""
    listed(stub, *found)
    described(stub, *found)


def listed(stub: Stub, *found: dict[str, Any]) -> None:
    summary = ("ModelPackageArn", "ModelPackageName", "CreationTime", "ModelPackageStatus")
    stub("sagemaker").add_response(
        "list_model_packages",
        {"ModelPackageSummaryList": [{name: one[name] for name in summary} for one in found]},
        {
            "ModelPackageGroupName": "rollforward-dev-sentiment",
            "SortBy": "CreationTime",
            "SortOrder": "Descending",
            "MaxResults": ANY,
        },
    )


def described(stub: Stub, *found: dict[str, Any]) -> None:
    for one in found:
        stub("sagemaker").add_response(
            "describe_model_package", one, {"ModelPackageName": one["ModelPackageArn"]}
        )


def deployed(
    stub: Stub, *found: dict[str, Any], registered: str = "none", live: str | None = None
) -> None:
    """What `history` asks for: the endpoint, the pointer, the versions."""
    pointer(stub, registered)
    if live is None:
        no_endpoint(stub)
    else:
        endpoint(stub, live)
    packages(stub, *found)


def decided(stub: Stub, *numbers: int, verdict: str, reason: str) -> None:
    """These versions, in this order, are given the verdict."""
    for number in numbers:
        arn = f"{_PACKAGE_ARN}{number}"
        stub("sagemaker").add_response(
            "update_model_package",
            {"ModelPackageArn": arn},
            {
                "ModelPackageArn": arn,
                "ModelApprovalStatus": verdict,
                "ApprovalDescription": reason,
            },
        )
