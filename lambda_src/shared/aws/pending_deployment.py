"""The pending deployment of an endpoint, from the answer of DescribeEndpoint.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PendingDeploymentSummary.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantStatus.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lambda_src.shared.endpoints import PendingDeployment
from lambda_src.shared.sampling import share_beside


def pending_deployment(endpoint: Mapping[str, Any]) -> PendingDeployment | None:
    """None if no deployment is pending. The primary variant is the first variant."""
    summary = endpoint.get("PendingDeploymentSummary")
    if not summary:
        return None
    variants = summary.get("ProductionVariants", [])
    policy = endpoint.get("LastDeploymentConfig", {})
    stages = {status["Status"] for one in variants for status in one.get("VariantStatus", [])}
    # A rolling deployment also creates instances while others of the new fleet already answer.
    starting = stages == {"Creating"} and "RollingUpdatePolicy" not in policy
    return PendingDeployment(
        configuration=summary["EndpointConfigName"],
        starting=starting,
        baking="Baking" in stages,
        share=min(_first_step(policy), _capacity(variants)),
    )


def _first_step(policy: Mapping[str, Any]) -> float:
    """The share of the requests that the new fleet receives in the policy's first step; 1 without steps."""
    routing = policy.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    size = (
        policy.get("RollingUpdatePolicy", {}).get("MaximumBatchSize")
        or routing.get("CanarySize")
        or routing.get("LinearStepSize")
    )
    # All sizes in our policies are percentages of the fleet.
    return share_beside(size["Value"] / 100) if size else 1


def _capacity(variants: Sequence[Mapping[str, Any]]) -> float:
    """The same share by numbers of instances: the policy may still be that of the previous deployment."""
    current, desired = (
        variants[0].get(f"{which}InstanceCount", 0) if variants else 0
        for which in ("Current", "Desired")
    )
    return share_beside(current / desired) if 0 < current < desired else 1
