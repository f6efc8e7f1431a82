"""The events of SageMaker that invoke the functions, for this environment's models only.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from typing import Any

from config import names
from config.schema.settings import Environment


def approvals(environment: Environment) -> dict[str, Any]:
    """A version was registered, approved or rejected, in the console, by SDK or by command."""
    return _pattern(
        "SageMaker Model Package State Change",
        detail={
            "ModelPackageGroupName": _any_model(names.package_group(environment, names.ANY_MODEL))
        },
    )


def deployments(environment: Environment) -> dict[str, Any]:
    """An endpoint starts a deployment, has finished it or rolled it back, or has failed."""
    return _pattern(
        "SageMaker Endpoint State Change",
        "SageMaker Endpoint Deployment State Change",
        detail={
            "EndpointName": _any_model(names.endpoint(environment, names.ANY_MODEL)),
            "EndpointStatus": ["UPDATING", "IN_SERVICE", "FAILED", "UPDATE_ROLLBACK_FAILED"],
        },
    )


def _pattern(*kinds: str, detail: dict[str, Any]) -> dict[str, Any]:
    return {"source": ["aws.sagemaker"], "detail-type": list(kinds), "detail": detail}


def _any_model(template: str) -> list[dict[str, str]]:
    return [{"prefix": template.removesuffix(names.ANY_MODEL)}]
