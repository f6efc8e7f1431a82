"""Why SageMaker rolled back."""

from lambda_src.prove_model.started_deployment import StartedDeployment
from lambda_src.shared.endpoints import Endpoint
from lambda_src.shared.pinned_key import PinnedKey


def rollback_reason(
    endpoint: Endpoint,
    deployment: StartedDeployment,
    live: PinnedKey | None,
    failed: PinnedKey | None,
) -> str:
    """`failed` is the pinned key that the deployment was to make live."""
    reason = f"Rolled back by SageMaker: {endpoint.failure_reason or 'it gave no reason.'}"
    if deployment.failure:
        reason = f"{deployment.failure} {reason}"
    if failed is None:
        return f"{deployment.configuration} names no registered model, so nothing is rejected. {reason}"
    if failed == live:
        return f"Only its settings differ from what is live, so nothing is rejected. {reason}"
    return reason
