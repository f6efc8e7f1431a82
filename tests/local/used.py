"""Used is measured: what the local tests' recordings say of the roles that the stacks deploy.

`make test` runs this after all other tests, with LOCALCLOUD_DECISIONS naming the folder of their recordings.
A right that no test needed, or a call that was denied, must be in permissions.yaml, with its reason.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

LISTED = yaml.safe_load((Path(__file__).parent / "permissions.yaml").read_text("utf-8"))
_ROLE = re.compile(r"rollforward-[a-z0-9]+(?:-(?P<model>.+))?-(?P<kind>registrar|prover|endpoint)")


class Right(NamedTuple):
    """An action of a statement, the same in every environment and for every model."""

    role: str
    action: str
    statement: str


class Recordings(NamedTuple):
    granted: set[Right]
    needed: set[Right]
    denied: dict[tuple[str, str], str]


def _lines(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.jsonl")):
        yield from map(json.loads, file.read_text("utf-8").splitlines())


def _rights(role: re.Match[str], statement: dict[str, Any]) -> Iterator[Right]:
    """Of one statement that allows something."""
    told = {"Resource": statement["Resource"], "Condition": statement.get("Condition", {})}
    text = re.sub(r"(rollforward[-/])[a-z0-9]+", r"\1<environment>", json.dumps(told))
    if role["model"]:
        text = text.replace(role["model"], "<model>")
    for action in statement["Action"]:
        yield Right(role["kind"], action, text)


@pytest.fixture(scope="module")
def recordings() -> Recordings:
    found = Recordings(set(), set(), {})
    for line in _lines(Path(os.environ["LOCALCLOUD_DECISIONS"])):
        holder = line.get("role") or line["principal"].rpartition(":assumed-role/")[2]
        role = _ROLE.fullmatch(holder.partition("/")[0])
        if not role:
            continue
        if "role" in line:
            for statement in line["policy"]["Statement"]:
                if statement["Effect"] == "Allow":
                    found.granted.update(_rights(role, statement))
        elif line["decision"] != "Allow":
            found.denied[role["kind"], line["action"]] = line["resource"]
        for statement in line.get("statements", []):
            needed = _rights(role, statement)
            found.needed.update(right for right in needed if right.action == line["action"])
    return found


def _listed(what: str) -> set[tuple[str, str]]:
    return {(one["role"], action) for one in LISTED[what] for action in one["actions"]}


def test_every_right_of_a_deployed_role_was_needed(recordings: Recordings) -> None:
    unused = defaultdict(list)
    for right in sorted(recordings.granted - recordings.needed):
        if (right.role, right.action) not in _listed("unused"):
            unused[right.role].append(f"{right.action} of {right.statement}")
    assert dict(unused) == {}


def test_what_is_listed_as_unused_was_granted_and_not_needed(recordings: Recordings) -> None:
    unused = {(right.role, right.action) for right in recordings.granted - recordings.needed}
    assert _listed("unused") - unused == set()


def test_no_call_of_a_deployed_role_was_denied_that_no_test_expects(
    recordings: Recordings,
) -> None:
    expected = _listed("denied")
    assert {k: v for k, v in recordings.denied.items() if k not in expected} == {}
