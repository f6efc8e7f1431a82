"""Records which permissions the planner and the deployer of an environment use in the local cloud."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.schema.settings import Environment
from rollforward.operations.permissions.grants import APPLY, PLAN, Grant, Task
from rollforward.operations.permissions.life import DEPLOYER, PLANNER, life
from rollforward.operations.permissions.templates import template

_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
# Conditions that restrict a grant more than its resource does. The record has their names in lower case.
_CONDITIONS = {
    "iam:passedtoservice": "iam:PassedToService",
    "kms:grantisforawsresource": "kms:GrantIsForAWSResource",
    "sagemaker:modelapprovalstatus": "sagemaker:ModelApprovalStatus",
}

Recorded = dict[Task, set[Grant]]


def record(folder: Path, name: str) -> Recorded:
    """Run through the life of an example environment, with users who may do everything."""
    users = {PLANNER: _EVERYTHING, DEPLOYER: _EVERYTHING}
    with life(folder, name, users) as (environment_life, cloud):
        environment_life.run_all()
        return _grants(cloud.decisions, environment_life.environment)


def _grants(decisions: Path, environment: Environment) -> Recorded:
    users = {f":user/{PLANNER}": PLAN, f":user/{DEPLOYER}": APPLY}
    recorded: Recorded = {PLAN: set(), APPLY: set()}
    for line in decisions.read_text("utf-8").splitlines():
        decision = json.loads(line)
        for user, task in users.items():
            if _is_allowed(decision, user):
                recorded[task].add(_grant(decision, environment))
    return recorded


def _is_allowed(line: dict[str, Any], user: str) -> bool:
    """Whether the line is a decision that allows the user something."""
    return str(line.get("principal", "")).endswith(user) and line["decision"] == "Allow"


def _grant(decision: dict[str, Any], environment: Environment) -> Grant:
    when = dict(_kept(decision["context"]))
    return Grant(decision["action"], template(decision["resource"], environment), when)


def _kept(context: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in context.items():
        if key.lower() in _CONDITIONS:
            yield _CONDITIONS[key.lower()], str(value)
