"""The events of SageMaker that the functions are called with, of this environment's models only.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from typing import Any

from config import names
from config.schema.settings import Environment


def approvals(environment: Environment) -> dict[str, Any]:
    """A version was recorded, approved or rejected, by whomever and wherever."""
    return _pattern(
        "SageMaker Model Package State Change",
        detail={
            "ModelPackageGroupName": _any_model(names.package_group(environment, names.ANY_MODEL))
        },
    )


def deployments(environment: Environment) -> dict[str, Any]:
    """An endpoint is asked for something new; serves it, or has gone back, or can't do either."""
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
