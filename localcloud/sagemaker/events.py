"""Sends SageMaker's events to EventBridge's rules: usually at least once, in any order.

The local EventBridge does not accept events from `aws.*` sources. So this module lists the rules, has
EventBridge test the pattern of each, and invokes the functions that are targets of the rules that match.
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html (more than once)
"""

import asyncio
import json
import logging
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.sagemaker.iam.clients import client
from localcloud.sagemaker.state import Members, Region, Resource, run_in_background

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


def send_package_event(region: Region, package: Resource, updated: Iterable[str] = ()) -> None:
    """Send a version's state; `updated` are the names of the members that an update has changed."""
    detail = _select(package, _PACKAGE_DETAILS)
    if updated:
        detail["UpdatedModelPackageFields"] = list(updated)
    _send(region, _event(region, MODEL_PACKAGE, package.arn, detail))


def send_endpoint_event(region: Region, endpoint: Resource) -> None:
    """Send an endpoint's state, and during a deployment the deployment's."""
    _send(region, _event(region, ENDPOINT, endpoint.arn, _endpoint_details(endpoint)))
    if _PENDING in endpoint.members:
        send_deployment_event(region, endpoint)


def send_deployment_event(region: Region, endpoint: Resource) -> None:
    """Send the stage of the deployment; the state of the endpoint is the same as before."""
    pending = endpoint.members[_PENDING]
    summary = pending | {"StartTime": _milliseconds(pending["StartTime"])}
    detail = _endpoint_details(endpoint) | {_PENDING: summary}
    _send(region, _event(region, DEPLOYMENT, endpoint.arn, detail))


def _endpoint_details(endpoint: Resource) -> Members:
    return _select(endpoint, _ENDPOINT_DETAILS) | {
        "EndpointStatus": _event_status(endpoint.members["EndpointStatus"]),
        "CreationTime": _milliseconds(endpoint.members["CreationTime"]),
        "LastModifiedTime": _milliseconds(endpoint.members["LastModifiedTime"]),
        "Tags": dict(endpoint.tags),
    }


def _select(resource: Resource, names: tuple[str, ...]) -> Members:
    return {name: resource.members[name] for name in names if name in resource.members}


def _event_status(status: str) -> str:
    """`IN_SERVICE` for `InService`, as in events."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper()


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def _send(region: Region, event: Members) -> None:
    """Deliver an event once, twice or never, each time after a delay: events overtake one another."""
    if region.event_delivery.is_next_lost():
        logger.info("%s %s is lost", event["detail-type"], event["id"])
        return
    delays = region.event_delivery.next_delays()
    logger.info("%s %s after %s s", event["detail-type"], event["id"], delays)
    for seconds in delays:
        run_in_background(region.events, _deliver_after(region, event, seconds))


async def _deliver_after(region: Region, event: Members, seconds: float) -> None:
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
    """Invoke the targets of all rules that match the event."""
    events = client("events", region.account, region.name)
    try:
        for rule in _matching_rules(events, json.dumps(event)):
            for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
                _invoke(region, rule["Arn"], target["Arn"], event)
    except (ClientError, BotoCoreError):
        logger.exception("%s was not delivered", event["detail-type"])


def _matching_rules(events: Any, event: str) -> Iterator[Members]:
    for page in events.get_paginator("list_rules").paginate():
        for rule in page["Rules"]:
            pattern = rule.get("EventPattern")
            if rule["State"] != "ENABLED" or not pattern:
                continue
            if events.test_event_pattern(EventPattern=pattern, Event=event)["Result"]:
                yield rule


def _invoke(region: Region, rule: str, function: str, event: Members) -> None:
    """Invoke a function for a rule, if the function's policy allows it; both are ARNs."""
    if not region.permissions.function_allows_rule(function, rule):
        logger.warning("The policy of %s does not allow %s to invoke it", function, rule)
        return
    functions = client("lambda", region.account, region.name)
    functions.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))
