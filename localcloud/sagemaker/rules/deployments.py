"""CreateEndpoint, UpdateEndpoint and UpdateEndpointWeightsAndCapacities: names, policies, step sizes.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html (names ignore case)
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_TrafficRoutingConfig.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_RollingUpdatePolicy.html
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
"""

from localcloud.sagemaker.errors import validation_error
from localcloud.sagemaker.state import Members, Region

# Minimum and maximum, in percent of a variant's instances.
_CANARY, _LINEAR, _ROLLING, _ROLL_BACK = (0, 50), (10, 50), (5, 50), (0, 100)
_STEP = {"CANARY": "CanarySize", "LINEAR": "LinearStepSize"}


def check_new_endpoint(region: Region, params: Members) -> None:
    name = params["EndpointName"]
    for endpoint in region.of_kind("Endpoint"):
        if endpoint.members["EndpointName"].lower() == name.lower():
            raise validation_error(f'Cannot create already existing endpoint "{endpoint.arn}".')
    check_deployment(region, params)


def check_deployment(region: Region, params: Members) -> None:
    policies = params.get("DeploymentConfig", {})
    if "BlueGreenUpdatePolicy" in policies and "RollingUpdatePolicy" in policies:
        raise validation_error("Only one update policy may be used in a DeploymentConfig.")
    counts = _instance_counts(region, params["EndpointConfigName"])
    if policy := policies.get("BlueGreenUpdatePolicy"):
        _check_blue_green(policy, counts)
    if policy := policies.get("RollingUpdatePolicy"):
        _require_single_variant_on_instances(region, params["EndpointConfigName"])
        _check_rolling(policy, counts)
    alarms = [
        alarm["AlarmName"]
        for alarm in policies.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    ]
    if len(alarms) > len(set(alarms)):
        raise validation_error("The alarms of an AutoRollbackConfiguration must be unique.")


def check_weights(_: Region, params: Members) -> None:
    names = [change["VariantName"] for change in params["DesiredWeightsAndCapacities"]]
    if len(names) > len(set(names)):
        raise validation_error("DesiredWeightsAndCapacities names a variant more than once.")


def _check_blue_green(policy: Members, counts: dict[str, int]) -> None:
    routing = policy["TrafficRoutingConfiguration"]
    kind = routing["Type"]
    if kind in _STEP:
        if _STEP[kind] not in routing:
            raise validation_error(
                f"{_STEP[kind]} is required for the traffic routing type {kind}."
            )
        bounds = _CANARY if kind == "CANARY" else _LINEAR
        _check_size(_STEP[kind], routing[_STEP[kind]], bounds, counts)
    _check_timeout(
        policy, routing["WaitIntervalInSeconds"] + policy.get("TerminationWaitInSeconds", 0)
    )


def _require_single_variant_on_instances(region: Region, name: str) -> None:
    config = region.get("EndpointConfig", name).members
    variants = [*config["ProductionVariants"], *config.get("ShadowProductionVariants", [])]
    if len(variants) > 1 or "ServerlessConfig" in variants[0]:
        raise validation_error(
            "A rolling deployment is not supported for serverless and multi-variant endpoints."
        )


def _check_rolling(policy: Members, counts: dict[str, int]) -> None:
    _check_size("MaximumBatchSize", policy["MaximumBatchSize"], _ROLLING, counts)
    if size := policy.get("RollbackMaximumBatchSize"):
        _check_size("RollbackMaximumBatchSize", size, _ROLL_BACK, counts)
    _check_timeout(policy, policy["WaitIntervalInSeconds"])


def _check_size(
    member: str, size: Members, bounds: tuple[int, int], counts: dict[str, int]
) -> None:
    least, most = bounds
    if size["Type"] == "CAPACITY_PERCENT":
        if not least <= size["Value"] <= most:
            raise validation_error(
                f"{member} must be {least} to {most} percent; it is {size['Value']}."
            )
        return
    for variant, count in counts.items():
        if not least * count <= 100 * size["Value"] <= most * count:
            raise validation_error(
                f"{member} must be {least} to {most} percent of the instances of variant {variant}, "
                f"which has {count}; it is {size['Value']}."
            )


def _check_timeout(policy: Members, waits: int) -> None:
    timeout = policy.get("MaximumExecutionTimeoutInSeconds")
    if timeout is not None and timeout <= waits:
        raise validation_error(
            f"MaximumExecutionTimeoutInSeconds must be larger than the wait of {waits}; it is {timeout}."
        )


def _instance_counts(region: Region, name: str) -> dict[str, int]:
    config = region.get("EndpointConfig", name).members
    return {
        variant["VariantName"]: variant["InitialInstanceCount"]
        for variant in config["ProductionVariants"]
        if "InitialInstanceCount" in variant
    }
