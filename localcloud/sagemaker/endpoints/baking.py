"""The time in which a new fleet must prove itself, with the old one still there to go back to.

Only a deployment that names alarms bakes: without, there is nothing to wait for. In the first stage the new
fleet gets what the first step of its rollout gives it: a canary's size, a linear step or a rolling batch. In
the last stage, the second one here, it gets all requests.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html
"""

import asyncio
import logging
import time
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.iam.clients import client
from localcloud.sagemaker.state import Members, Region

BETWEEN_LOOKS = 0.25

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Stage:
    """For so long, the new fleet gets that share of the requests."""

    seconds: float
    share: float


@dataclass(frozen=True)
class Bake:
    alarms: list[str]
    stages: list[Stage]

    async def alarm(self, region: Region, stage: Stage) -> list[str]:
        """Watch until an alarm goes off or the stage is over: the alarms that did, or none."""
        end = time.monotonic() + min(stage.seconds, longest(region))
        while not (ringing := await asyncio.to_thread(self._ringing, region)):
            left = end - time.monotonic()
            if left <= 0:
                break
            await asyncio.sleep(min(BETWEEN_LOOKS, left))
        return ringing

    def _ringing(self, region: Region) -> list[str]:
        try:
            found = client("cloudwatch", region.account, region.name).describe_alarms(
                AlarmNames=self.alarms,
                AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                StateValue="ALARM",
            )
        except (ClientError, BotoCoreError) as error:
            logger.warning("The alarms %s are not watched: %s", self.alarms, error)
            return []
        both = found["MetricAlarms"] + found["CompositeAlarms"]
        return [alarm["AlarmName"] for alarm in both]


def longest(region: Region) -> float:
    """In seconds. On AWS, minutes of baking are for traffic to come in; here nobody waits for them."""
    return region.behaviour.baking_seconds


def bake(deployment: Members, instances: int) -> Bake | None:
    """What a DeploymentConfig asks for, on so many instances; None without alarms."""
    rollback = deployment.get("AutoRollbackConfiguration", {})
    alarms = [alarm["AlarmName"] for alarm in rollback.get("Alarms", [])]
    if not alarms:
        return None
    if rolling := deployment.get("RollingUpdatePolicy"):
        wait = rolling["WaitIntervalInSeconds"]
        share = _share(rolling["MaximumBatchSize"], instances)
        return Bake(alarms, [Stage(wait, share), Stage(wait, 1)])
    policy = deployment.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {})
    last = Stage(policy.get("TerminationWaitInSeconds", 0), 1)
    if step := routing.get("CanarySize") or routing.get("LinearStepSize"):
        first = Stage(routing["WaitIntervalInSeconds"], _share(step, instances))
        return Bake(alarms, [first, last])
    return Bake(alarms, [last])


def _share(size: Members, instances: int) -> float:
    whole = 100 if size["Type"] == "CAPACITY_PERCENT" else instances
    return float(min(1, size["Value"] / whole))
