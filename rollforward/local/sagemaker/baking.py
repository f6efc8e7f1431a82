"""The bake: the new fleet serves, the old one still stands by, and CloudWatch's alarms decide.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
"""

import asyncio
import logging
import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rollforward.local.sagemaker.clients import client
from rollforward.local.sagemaker.state import Members, Region

# AWS bakes for as long as it is told to, up to an hour. Nobody waits ten minutes at home.
LONGEST_BAKE = 2
SECONDS_BETWEEN_LOOKS = 1

logger = logging.getLogger(__name__)


class AlarmError(Exception):
    """An alarm goes off; the text is the endpoint's FailureReason."""


def alarm_names(deployment_config: Members) -> list[str]:
    alarms = deployment_config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    return [alarm["AlarmName"] for alarm in alarms]


def seconds(deployment_config: Members) -> int:
    wanted: int = deployment_config.get("BlueGreenUpdatePolicy", {}).get(
        "TerminationWaitInSeconds", 0
    )
    return min(wanted, LONGEST_BAKE)


async def bake(region: Region, deployment_config: Members) -> None:
    """Raises AlarmError as soon as an alarm goes off; looks once even if there is no time."""
    deadline = time.monotonic() + seconds(deployment_config)
    names = alarm_names(deployment_config)
    cloudwatch = await asyncio.to_thread(client, "cloudwatch", region.account, region.name)
    while True:
        if going_off := await asyncio.to_thread(_going_off, cloudwatch, names):
            raise AlarmError(
                "Alarms associated with the endpoint deployment went into ALARM: "
                + ", ".join(going_off)
            )
        left = deadline - time.monotonic()
        if left <= 0:
            return
        await asyncio.sleep(min(left, SECONDS_BETWEEN_LOOKS))


def _going_off(cloudwatch: Any, names: list[str]) -> list[str]:
    try:
        found = cloudwatch.describe_alarms(AlarmNames=names, StateValue="ALARM")
    except (ClientError, BotoCoreError) as error:
        logger.warning("The alarms %s are not watched: %s", names, error)
        return []
    return [alarm["AlarmName"] for alarm in found["MetricAlarms"]]
