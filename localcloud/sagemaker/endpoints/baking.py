"""The baking period of a deployment: alarms are watched while the old fleet still exists.

Only a deployment that names alarms bakes. In the first stage the new fleet gets the share of requests of the
first step of its rollout: a canary, a linear step or a rolling batch. In the last stage, here the second, it
gets all requests.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html
"""

import asyncio
import logging
import time
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.iam.clients import client
from localcloud.sagemaker.state import Members, Region

SECONDS_BETWEEN_READS = 0.25

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """For `seconds`, the new fleet gets `share` of the requests, from 0 to 1."""

    seconds: float
    share: float


@dataclass(frozen=True)
class Bake:
    """The names of the alarms that are watched, and the stages."""

    alarms: list[str]
    stages: list[Stage]

    async def watch(self, region: Region, stage: Stage) -> list[str]:
        """Wait for the end of the stage or for an alarm; return the names of the alarms in ALARM state."""
        end = time.monotonic() + min(stage.seconds, longest_stage(region))
        while not (raised := await asyncio.to_thread(self._raised_alarms, region)):
            left = end - time.monotonic()
            if left <= 0:
                break
            await asyncio.sleep(min(SECONDS_BETWEEN_READS, left))
        return raised

    def _raised_alarms(self, region: Region) -> list[str]:
        try:
            found = client("cloudwatch", region.account, region.name).describe_alarms(
                AlarmNames=self.alarms,
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                StateValue="ALARM",
            )
        except (ClientError, BotoCoreError) as error:
            logger.warning("Could not read the alarms %s: %s", self.alarms, error)
            return []
        both = found["MetricAlarms"] + found["CompositeAlarms"]
        return [alarm["AlarmName"] for alarm in both]


def longest_stage(region: Region) -> float:
    """Seconds. On AWS a bake lasts minutes, so that traffic arrives; here it need not."""
    return region.behaviour.baking_seconds


def plan_bake(deployment: Members, instances: int) -> Bake | None:
    """The bake of a DeploymentConfig on this number of instances; None without alarms."""
    rollback = deployment.get("AutoRollbackConfiguration", {})
    alarms = [alarm["AlarmName"] for alarm in rollback.get("Alarms", [])]
    if not alarms:
        return None
    if rolling := deployment.get("RollingUpdatePolicy"):
        wait = rolling["WaitIntervalInSeconds"]
        share = _share_of(rolling["MaximumBatchSize"], instances)
        return Bake(alarms, [Stage(wait, share), Stage(wait, 1)])
    policy = deployment.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {})
    last = Stage(policy.get("TerminationWaitInSeconds", 0), 1)
    if step := routing.get("CanarySize") or routing.get("LinearStepSize"):
        first = Stage(routing["WaitIntervalInSeconds"], _share_of(step, instances))
        return Bake(alarms, [first, last])
    return Bake(alarms, [last])


def _share_of(size: Members, instances: int) -> float:
    """The part of the instances that a CapacitySize names, from 0 to 1."""
    whole = 100 if size["Type"] == "CAPACITY_PERCENT" else instances
    return float(min(1, size["Value"] / whole))
