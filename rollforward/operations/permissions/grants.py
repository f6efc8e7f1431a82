"""What people who deploy need, one action on one resource a grant, and the two files that say so."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import yaml

Who = Literal["plan", "apply"]
PLAN: Who = "plan"
APPLY: Who = "apply"
RECORDED = Path(__file__).with_name("recorded.yaml")
UNRECORDED = Path(__file__).with_name("unrecorded.yaml")
_HEADER = """\
# Made by `make permissions`: which actions each of the two needs, and on which resources.
# Whoever applies needs what is under `plan` as well. How it is made: docs/permissions.md.
"""


@dataclass(frozen=True)
class Grant:
    """`resource` is a template; `when` holds condition keys and their values."""

    action: str
    resource: str
    when: Mapping[str, str] = field(default_factory=dict, hash=False)


def grants(who: Who) -> Iterator[Grant]:
    """Whoever applies may plan as well."""
    included = (PLAN, APPLY) if who == APPLY else (PLAN,)
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


def write(recorded: Mapping[Who, Iterable[Grant]]) -> None:
    content = {who: _by_action(found) for who, found in recorded.items()}
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
