"""The time in which a new fleet must prove itself, with the old one still there to go back to.

Only a deployment that names alarms bakes: without, there is nothing to wait for. The new fleet gets what the
first step of its rollout gives it: a canary's size, a linear step, a rolling batch, or all.
The next step is the last.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

import asyncio
import logging
import time
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from rollforward.local.sagemaker.clients import client
from rollforward.local.sagemaker.state import Members, Region

# Minutes of baking are for traffic to come in and metrics to be gathered. At home nobody waits ten of them:
# whoever wants to see a rollback sets the alarm.
LONGEST = 3.0
BETWEEN_LOOKS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bake:
    alarms: list[str]
    seconds: float
    share: float

    async def alarm(self, region: Region) -> list[str]:
        """Watch until an alarm goes off or the time is over: the alarms that did, or none."""
        end = time.monotonic() + min(self.seconds, LONGEST)
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


def bake(deployment: Members, instances: int) -> Bake | None:
    """What a DeploymentConfig asks for, on so many instances; None without alarms."""
    rollback = deployment.get("AutoRollbackConfiguration", {})
    alarms = [alarm["AlarmName"] for alarm in rollback.get("Alarms", [])]
    if not alarms:
        return None
    if rolling := deployment.get("RollingUpdatePolicy"):
        share = _share(rolling["MaximumBatchSize"], instances)
        return Bake(alarms, rolling["WaitIntervalInSeconds"], share)
    policy = deployment.get("BlueGreenUpdatePolicy", {})
    routing = policy.get("TrafficRoutingConfiguration", {})
    step = routing.get("CanarySize") or routing.get("LinearStepSize")
    if step:
        return Bake(alarms, routing["WaitIntervalInSeconds"], _share(step, instances))
    return Bake(alarms, policy.get("TerminationWaitInSeconds", 0), 1)


def _share(size: Members, instances: int) -> float:
    whole = 100 if size["Type"] == "CAPACITY_PERCENT" else instances
    return float(min(1, size["Value"] / whole))
