"""IAM policies of grants, for one environment."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from config.schema.settings import Environment
from rollforward.operations.permissions.grants import Who, grants
from rollforward.operations.permissions.templates import resource

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_MANAGED = 6144
LONGEST_OF_ROLE = 10240
_TRUTHS = ("true", "false")

Document = dict[str, Any]


def policy(environment: Environment, who: Who) -> Document:
    """What `who` needs in the environment."""
    resources = defaultdict(set)
    for grant in grants(who):
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
    """In characters, as AWS counts them: without white space."""
    return len(json.dumps(document, separators=(",", ":")).replace(" ", ""))


def _condition(when: Mapping[str, str]) -> str:
    """As JSON; empty if there is none."""
    if not when:
        return ""
    operators: dict[str, dict[str, str]] = defaultdict(dict)
    for key, value in sorted(when.items()):
        operators["Bool" if value in _TRUTHS else "StringEquals"][key] = value
    return json.dumps(operators)


def _widest(found: Iterable[str]) -> tuple[str, ...]:
    """Without those that another one includes."""
    return tuple(
        sorted(
            one
            for one in found
            if not any(other != one and fnmatchcase(one, other) for other in found)
        )
    )
