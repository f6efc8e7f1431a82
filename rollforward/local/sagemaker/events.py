"""Tells EventBridge's rules what changed, as SageMaker does.

The local EventBridge takes no events from `aws.*` sources. So the rules are listed, each one's pattern is
tested by EventBridge itself, and the functions that are the targets of those that match are invoked.
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

import asyncio
import json
import logging
import time
import uuid
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from rollforward.local.sagemaker.state import Members, Region, Resource

MODEL_PACKAGE = "SageMaker Model Package State Change"
_DETAILS = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
)

logger = logging.getLogger(__name__)


def package_changed(region: Region, package: Resource) -> None:
    """In the background, and after the change, as everything that EventBridge brings."""
    detail = {name: package.members[name] for name in _DETAILS if name in package.members}
    event = _event(region, MODEL_PACKAGE, package.arn, detail)
    notice = asyncio.create_task(asyncio.to_thread(_deliver, region, event))
    region.notices.add(notice)
    notice.add_done_callback(region.notices.discard)


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
        events, functions = _client(region, "events"), _client(region, "lambda")
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


def _client(region: Region, service: Any) -> Any:
    return boto3.client(
        service,
        region_name=region.name,
        aws_access_key_id=region.account,
        aws_secret_access_key="local",  # noqa: S106 -- the local cloud checks no signature
    )
