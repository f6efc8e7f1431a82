"""Tells EventBridge's rules what changed, as SageMaker does: mostly at least once, in no order.

The local EventBridge takes no events from `aws.*` sources. So the rules are listed, each one's pattern is
tested by EventBridge itself, and the functions that are the targets of those that match are invoked.
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html (more than once)
"""

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.iam.clients import client
from localcloud.sagemaker.state import Members, Region, Resource, in_background

MODEL_PACKAGE = "SageMaker Model Package State Change"
ENDPOINT = "SageMaker Endpoint State Change"
DEPLOYMENT = "SageMaker Endpoint Deployment State Change"
_PENDING = "PendingDeploymentSummary"
_ENDPOINT_DETAILS = (
    "EndpointName",
    "EndpointArn",
    "EndpointConfigName",
    "ProductionVariants",
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
    """Its state; and while it is updated with another configuration, the deployment's."""
    _send(region, _event(region, ENDPOINT, endpoint.arn, _endpoint_details(endpoint)))
    if _PENDING in endpoint.members:
        deployment_changed(region, endpoint)


def deployment_changed(region: Region, endpoint: Resource) -> None:
    """The deployment has come to another stage; the endpoint's own state is what it was."""
    pending = endpoint.members[_PENDING]
    summary = pending | {"StartTime": _milliseconds(pending["StartTime"])}
    detail = _endpoint_details(endpoint) | {_PENDING: summary}
    _send(region, _event(region, DEPLOYMENT, endpoint.arn, detail))


def _endpoint_details(endpoint: Resource) -> Members:
    return _members(endpoint, _ENDPOINT_DETAILS) | {
        "EndpointStatus": _spelt(endpoint.members["EndpointStatus"]),
        "CreationTime": _milliseconds(endpoint.members["CreationTime"]),
        "LastModifiedTime": _milliseconds(endpoint.members["LastModifiedTime"]),
        "Tags": dict(endpoint.tags),
    }


def _members(resource: Resource, names: tuple[str, ...]) -> Members:
    return {name: resource.members[name] for name in names if name in resource.members}


def _spelt(status: str) -> str:
    """`IN_SERVICE` of `InService`, as in events."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper()


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def _send(region: Region, event: Members) -> None:
    """Once or twice, each time late by another while: events pass one another, as on AWS. Or never."""
    if region.event_delivery.is_next_lost():
        logger.info("%s %s is lost", event["detail-type"], event["id"])
        return
    seconds = region.event_delivery.next_delays()
    logger.info("%s %s after %s s", event["detail-type"], event["id"], seconds)
    for delay in seconds:
        in_background(region.notices, _send_late(region, event, delay))


async def _send_late(region: Region, event: Members, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await asyncio.to_thread(_deliver, region, event)


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
        events, functions = (
            client(service, region.account, region.name) for service in ("events", "lambda")
        )
        text = json.dumps(event)
        for page in events.get_paginator("list_rules").paginate():
            for rule in page["Rules"]:
                pattern = rule.get("EventPattern")
                if rule["State"] != "ENABLED" or not pattern:
                    continue
                if not events.test_event_pattern(EventPattern=pattern, Event=text)["Result"]:
                    continue
                for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                    if region.permissions.function_allows_rule(target["Arn"], rule["Arn"]):
                        functions.invoke(
                            FunctionName=target["Arn"], InvocationType="Event", Payload=text
                        )
                    else:
                        logger.warning("%s may not call %s", rule["Arn"], target["Arn"])
    except (ClientError, BotoCoreError):
        logger.exception("%s was not delivered", event["detail-type"])
