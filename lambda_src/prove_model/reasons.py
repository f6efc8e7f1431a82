"""Why a version is not live."""

from lambda_src.prove_model.cloud import Endpoint
from lambda_src.prove_model.deployment import Deployment
from lambda_src.register_model.pinned_key import PinnedKey


def rolled_back(
    endpoint: Endpoint, deployment: Deployment, live: PinnedKey | None, asked: PinnedKey | None
) -> str:
    reason = f"Rolled back by SageMaker: {endpoint.failure_reason or 'it gave no reason.'}"
    if deployment.failure:
        reason = f"{deployment.failure} {reason}"
    if asked is None:
        return f"{deployment.configuration} names no registered model, so nothing is rejected. {reason}"
    if asked == live:
        return f"Only its settings differ from what is live, so nothing is rejected. {reason}"
    return reason
