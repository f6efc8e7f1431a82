"""The grants that planning and applying need, and the two files that list them.

A grant is one action on one resource.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

Task = Literal["plan", "apply"]
PLAN: Task = "plan"
APPLY: Task = "apply"
RECORDED = Path(__file__).with_name("recorded.yaml")
UNRECORDED = Path(__file__).with_name("unrecorded.yaml")
_HEADER = """\
# Made by `make permissions`: which actions each of the two needs, and on which resources.
# Whoever applies needs what is under `plan` as well. How it is made: docs/permissions.md.
"""


@dataclass(frozen=True)
class Grant:
    """`resource` is a template of an ARN. `when` maps IAM condition keys to their values."""

    action: str
    resource: str
    when: Mapping[str, str] = field(default_factory=dict, hash=False)


def list_grants(task: Task) -> Iterator[Grant]:
    """The grants that a task needs. Applying includes planning."""
    included = (PLAN, APPLY) if task == APPLY else (PLAN,)
    recorded = yaml.safe_load(RECORDED.read_text("utf-8"))
    for part in included:
        for action, resources in recorded[part].items():
            for found in resources:
                yield _grant(action, found)
    for kept in yaml.safe_load(UNRECORDED.read_text("utf-8")):
        if kept["for"] in included:
            for action in kept["actions"]:
                for found in kept["resources"]:
                    yield Grant(action, found, kept.get("when", {}))


def write_recorded(recorded: Mapping[Task, Iterable[Grant]]) -> None:
    """Write `recorded.yaml`."""
    content = {task: _by_action(found) for task, found in recorded.items()}
    text = yaml.safe_dump(content, sort_keys=False, width=200)
    RECORDED.write_text(_HEADER + text, "utf-8")


def _grant(action: str, found: str | dict[str, Any]) -> Grant:
    if isinstance(found, str):
        return Grant(action, found)
    return Grant(action, found["resource"], found["when"])


def _by_action(found: Iterable[Grant]) -> dict[str, list[Any]]:
    by_action: dict[str, list[Any]] = defaultdict(list)
    for grant in sorted(
        found, key=lambda one: (one.action, one.resource, sorted(one.when.items()))
    ):
        entry: Any = grant.resource
        if grant.when:
            entry = {"resource": grant.resource, "when": dict(grant.when)}
        if entry not in by_action[grant.action]:
            by_action[grant.action].append(entry)
    return dict(by_action)
