"""Changes resources in place as a later version of this project may do, but no setting does."""

import json
from pathlib import Path
from typing import Any

# Attributes that AWS changes without replacing the resource, by resource type.
_CHANGED: dict[str, dict[str, Any]] = {
    "aws_cloudwatch_event_rule": {"description": "Changed"},
    "aws_cloudwatch_metric_alarm": {"alarm_description": "Changed"},
    "aws_iam_role": {"description": "Changed", "max_session_duration": 7200},
    "aws_lambda_function": {"memory_size": 2048},
    "aws_lambda_function_event_invoke_config": {"maximum_retry_attempts": 1},
    "aws_sns_topic": {"display_name": "Changed"},
    "aws_sqs_queue": {"message_retention_seconds": 86400},
    "aws_ssm_parameter": {"description": "Changed"},
    "aws_appautoscaling_target": {"max_capacity": 4},
}


def update(stack: Path) -> None:
    """Change the tags of every resource in a synthesized stack, and the attributes above."""
    file = stack / "cdk.tf.json"
    content = json.loads(file.read_text("utf-8"))
    for provider in content["provider"]["aws"]:
        provider["default_tags"] = [{"tags": {"updated": "yes"}}]
    for kind, changes in _CHANGED.items():
        for resource in content["resource"].get(kind, {}).values():
            resource.update(changes)
    trusts = content["resource"].get("aws_iam_role", {}).values()
    for role in trusts:
        policy = json.loads(role["assume_role_policy"])
        policy["Statement"][0]["Sid"] = "Changed"
        role["assume_role_policy"] = json.dumps(policy)
    file.write_text(json.dumps(content), "utf-8")
