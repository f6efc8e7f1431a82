"""Tells EventBridge's rules what changed, as SageMaker does.

The local EventBridge takes no events from `aws.*` sources. So the rules are listed, each one's pattern is
tested by EventBridge itself, and the functions that are the targets of those that match are invoked.
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from rollforward.local.sagemaker.clients import client
from rollforward.local.sagemaker.state import Members, Region, Resource

MODEL_PACKAGE = "SageMaker Model Package State Change"
ENDPOINT = "SageMaker Endpoint State Change"
DEPLOYMENT = "SageMaker Endpoint Deployment State Change"
PENDING = "PendingDeploymentSummary"
_ENDPOINT_DETAILS = (
    "EndpointName",
    "EndpointArn",
    "EndpointConfigName",
    "ProductionVariants",
    "CreationTime",
    "LastModifiedTime",
    "FailureReason",
)
_PACKAGE_DETAILS = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
)

logger = logging.getLogger(__name__)


def package_changed(region: Region, package: Resource, updated: Iterable[str] = ()) -> None:
    """`updated` are the names of the members that an update has changed."""
    detail = _members(package, _PACKAGE_DETAILS)
    if updated:
        detail["UpdatedModelPackageFields"] = list(updated)
    _send(region, _event(region, MODEL_PACKAGE, package.arn, detail))


def endpoint_changed(region: Region, endpoint: Resource) -> None:
    _send(region, _event(region, ENDPOINT, endpoint.arn, _endpoint_detail(endpoint)))


def deployment_changed(region: Region, endpoint: Resource) -> None:
    """An update of it begins, goes on, or has ended; then there is nothing pending any more."""
    detail = _endpoint_detail(endpoint) | _in_milliseconds(_members(endpoint, (PENDING,)))
    _send(region, _event(region, DEPLOYMENT, endpoint.arn, detail))


def _endpoint_detail(endpoint: Resource) -> Members:
    detail: Members = _in_milliseconds(_members(endpoint, _ENDPOINT_DETAILS))
    status = _spelt(endpoint.members["EndpointStatus"])
    return detail | {"EndpointStatus": status, "Tags": dict(endpoint.tags)}


def _members(resource: Resource, names: tuple[str, ...]) -> Members:
    return {name: resource.members[name] for name in names if name in resource.members}


def _spelt(status: str) -> str:
    """`IN_SERVICE` of `InService`, as in events."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper()


def _in_milliseconds(value: Any) -> Any:
    """Times are in seconds in answers, in milliseconds in events."""
    if isinstance(value, list):
        return [_in_milliseconds(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: int(item * 1000) if name.endswith("Time") else _in_milliseconds(item)
        for name, item in value.items()
    }


def _send(region: Region, event: Members) -> None:
    """In the background, and in the order of the changes, which AWS does not promise."""
    before = region.last_notice

    async def deliver() -> None:
        if before:
            await asyncio.wait([before])
        await asyncio.to_thread(_deliver, region, event)

    region.last_notice = asyncio.create_task(deliver())
    region.notices.add(region.last_notice)
    region.last_notice.add_done_callback(region.notices.discard)


def _event(region: Region, kind: str, arn: str, detail: Members) -> Members:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": kind,
        "source": "aws.sagemaker",
        "account": region.account,
        "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "region": region.name,
        "resources": [arn],
        "detail": detail,
    }


def _deliver(region: Region, event: Members) -> None:
    try:
        events = client("events", region.account, region.name)
        functions = client("lambda", region.account, region.name)
        text = json.dumps(event)
        for page in events.get_paginator("list_rules").paginate():
            for rule in page["Rules"]:
                pattern = rule.get("EventPattern")
                if rule["State"] != "ENABLED" or not pattern:
                    continue
                if not events.test_event_pattern(EventPattern=pattern, Event=text)["Result"]:
                    continue
                for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                    functions.invoke(
                        FunctionName=target["Arn"], InvocationType="Event", Payload=text
                    )
    except (ClientError, BotoCoreError):
        logger.exception("%s was not delivered", event["detail-type"])
