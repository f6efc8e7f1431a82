"""Why a version is not live, in words that SageMaker takes as a description."""

from lambda_src.prove_model.cloud import Endpoint
from lambda_src.prove_model.deployment import Deployment
from lambda_src.register_model.pinned_key import PinnedKey

_MAX_DESCRIPTION = 1024


def rolled_back(
    endpoint: Endpoint, deployment: Deployment, live: PinnedKey | None, asked: PinnedKey | None
) -> str:
    reason = f"Rolled back by SageMaker: {endpoint.failure_reason or 'it gave no reason.'}"
    if asked is None:
        return f"{deployment.configuration} names no registered model, so nothing is rejected. {reason}"
    if asked == live:
        return f"Only its settings differ from what is live, so nothing is rejected. {reason}"
    return reason


def description(text: str) -> str:
    """The text as one line of at most 1024 characters.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
    """
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _MAX_DESCRIPTION else line[: _MAX_DESCRIPTION - 1] + "…"
