"""Permissions of Lambda functions: their role, and the services that invoke them."""

import io
import json
import re
import uuid
import zipfile
from typing import Any

from tests.local.localcloud.account import (
    ACCOUNT,
    EVERYTHING,
    Account,
    refusal,
    register,
)
from tests.local.localcloud.client import wait_until


def create_function(account: Account, role: str) -> Any:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("f.py", "def handler(event, context): print(event)")
    return account.client("lambda").create_function(
        FunctionName=f"f-{uuid.uuid4().hex[:8]}",
        Role=role,
        Runtime="python3.13",
        Handler="f.handler",
        Code={"ZipFile": archive.getvalue()},
    )


def test_a_function_is_refused_a_role_that_does_not_trust_lambda(account: Account) -> None:
    message = refusal(create_function, account, account.role(EVERYTHING))
    assert "The role defined for the function cannot be assumed by Lambda." in message


def test_s3_invokes_a_function_only_if_its_policy_allows_the_bucket(account: Account) -> None:
    trusted = {"Principal": {"Service": "lambda.amazonaws.com"}}
    function = create_function(account, account.role(EVERYTHING, trust=trusted))
    account.s3.create_bucket(Bucket="notified")
    notification = {"LambdaFunctionArn": function["FunctionArn"], "Events": ["s3:ObjectCreated:*"]}
    account.s3.put_bucket_notification_configuration(
        Bucket="notified",
        NotificationConfiguration={"LambdaFunctionConfigurations": [notification]},
    )

    def called_by() -> list[str]:
        """The keys in the notifications that the function logged."""
        logs = account.client("logs")
        group = f"/aws/lambda/{function['FunctionName']}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        events = logs.filter_log_events(logGroupName=group)["events"]
        return re.findall(r"'key': '(\w+)'", " ".join(event["message"] for event in events))

    account.s3.put_object(Bucket="notified", Key="before", Body=b"")
    account.client("lambda").add_permission(
        FunctionName=function["FunctionName"],
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::notified",
        SourceAccount=ACCOUNT,
    )
    account.s3.put_object(Bucket="notified", Key="after", Body=b"")
    wait_until(called_by)
    assert set(called_by()) == {"after"}


def test_a_rule_invokes_a_function_only_if_its_policy_allows_the_rule(account: Account) -> None:
    trusted = {"Principal": {"Service": "lambda.amazonaws.com"}}
    functions = [
        create_function(account, account.role(EVERYTHING, trust=trusted)) for _ in range(2)
    ]
    events = account.client("events")
    pattern = json.dumps({"source": ["aws.sagemaker"]})
    rule = events.put_rule(Name="changes", EventPattern=pattern)["RuleArn"]
    targets = [{"Id": one["FunctionName"], "Arn": one["FunctionArn"]} for one in functions]
    events.put_targets(Rule="changes", Targets=targets)
    denied, allowed = (one["FunctionName"] for one in functions)
    account.client("lambda").add_permission(
        FunctionName=allowed,
        StatementId="rule",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )
    register(account.sagemaker)

    def called(function: str) -> bool:
        group = f"/aws/lambda/{function}"
        logs = account.client("logs").describe_log_groups(logGroupNamePrefix=group)
        return bool(logs["logGroups"])

    wait_until(lambda: called(allowed))
    events.remove_targets(Rule="changes", Ids=[denied, allowed])
    assert not called(denied)
