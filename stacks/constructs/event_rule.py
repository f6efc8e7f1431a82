"""An EventBridge rule that invokes a function with every event that matches a pattern."""

import json
from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct


class EventRule(Construct):
    """Matches events of the account's default bus.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        description: str,
        pattern: Mapping[str, Any],
        function: LambdaFunction,
    ) -> None:
        super().__init__(scope, id_)
        rule = CloudwatchEventRule(
            self,
            "rule",
            name=name,
            description=description,
            event_pattern=json.dumps(pattern),
        )
        permission = LambdaPermission(
            self,
            "permission",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )
        CloudwatchEventTarget(
            self, "target", rule=rule.name, arn=function.arn, depends_on=[permission]
        )
