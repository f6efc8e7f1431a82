"""Makes an IAM policy of the grants that a task needs in one environment."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from config.schema.settings import Environment
from rollforward.operations.permissions.grants import Task, list_grants
from rollforward.operations.permissions.templates import resource

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_MANAGED = 6144
LONGEST_OF_ROLE = 10240
_TRUTHS = ("true", "false")

Document = dict[str, Any]


def policy(environment: Environment, task: Task) -> Document:
    """The policy that allows a task in an environment."""
    resources = defaultdict(set)
    for grant in list_grants(task):
        if one := resource(grant.resource, environment):
            resources[grant.action, _condition(grant.when)].add(one)
    actions = defaultdict(list)
    for (action, condition), found in resources.items():
        actions[_widest(found), condition].append(action)
    statements = [
        {"Effect": "Allow", "Action": sorted(allowed), "Resource": list(found)}
        | ({"Condition": json.loads(condition)} if condition else {})
        for (found, condition), allowed in actions.items()
    ]
    return {
        "Version": "2012-10-17",
        "Statement": sorted(statements, key=lambda one: (one["Action"], one["Resource"])),
    }


def size(document: Document) -> int:
    """The number of characters, without white space, as AWS counts them."""
    return len(json.dumps(document, separators=(",", ":")).replace(" ", ""))


def _condition(when: Mapping[str, str]) -> str:
    """The condition of a statement as JSON; empty if there is none."""
    if not when:
        return ""
    operators: dict[str, dict[str, str]] = defaultdict(dict)
    for key, value in sorted(when.items()):
        operators["Bool" if value in _TRUTHS else "StringEquals"][key] = value
    return json.dumps(operators)


def _widest(found: Iterable[str]) -> tuple[str, ...]:
    """The resources, without those that a pattern among them includes."""
    return tuple(
        sorted(
            one
            for one in found
            if not any(other != one and fnmatchcase(one, other) for other in found)
        )
    )
