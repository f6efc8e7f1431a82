"""The deployment that goes on, as DescribeEndpoint tells it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PendingDeploymentSummary.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariantStatus.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lambda_src.prove_model.cloud import Pending
from lambda_src.shared.sampling import share_beside


def pending(endpoint: Mapping[str, Any]) -> Pending | None:
    """None if none goes on. The primary variant, whose stage it is, comes first."""
    summary = endpoint.get("PendingDeploymentSummary")
    if not summary:
        return None
    variants = summary.get("ProductionVariants", [])
    policy = endpoint.get("LastDeploymentConfig", {})
    stages = {status["Status"] for one in variants for status in one.get("VariantStatus", [])}
    # A rolling deployment also creates instances while others of the new fleet answer already.
    starting = stages == {"Creating"} and "RollingUpdatePolicy" not in policy
    return Pending(
        configuration=summary["EndpointConfigName"],
        starting=starting,
        baking="Baking" in stages,
        share=min(_first_step(policy), _capacity(variants)),
    )


def _first_step(policy: Mapping[str, Any]) -> float:
    """The share that the first step of the policy gives to the new fleet: 1 if there is one step only."""
    routing = policy.get("BlueGreenUpdatePolicy", {}).get("TrafficRoutingConfiguration", {})
    size = (
        policy.get("RollingUpdatePolicy", {}).get("MaximumBatchSize")
        or routing.get("CanarySize")
        or routing.get("LinearStepSize")
    )
    # Our policies give all sizes in percent of the fleet.
    return share_beside(size["Value"] / 100) if size else 1


def _capacity(variants: Sequence[Mapping[str, Any]]) -> float:
    """The same by the instances, in case that the policy is still the one of the deployment before."""
    current, desired = (
        variants[0].get(f"{which}InstanceCount", 0) if variants else 0
        for which in ("Current", "Desired")
    )
    return share_beside(current / desired) if 0 < current < desired else 1
