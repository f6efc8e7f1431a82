"""Reads from the output of `terraform -json` what an apply would change, or has changed.

https://developer.hashicorp.com/terraform/internals/machine-readable-ui
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

from rollforward.terraform.errors import event_text, events

REPLACE = ("delete", "create")


@dataclass(frozen=True)
class Change:
    """A change of one resource. `actions` are Terraform's, such as ("create",) or ("delete", "create")."""

    address: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Plan:
    """What an apply would change, or has changed.

    `outputs` maps each output that changes to (before, after), with None for a value that is not known.
    """

    changes: tuple[Change, ...]
    outputs: Mapping[str, tuple[Any, Any]]

    @property
    def empty(self) -> bool:
        """Terraform would say "No changes"."""
        return not self.changes and not self.outputs

    def of_type(self, resource_type: str) -> list[Change]:
        return [change for change in self.changes if change.address.startswith(f"{resource_type}.")]


class Transcript:
    """Copies what Terraform prints from a file to a log, and turns its events into text."""

    def __init__(self, printed: IO[bytes], log: IO[bytes]) -> None:
        self._printed, self._log, self._read = printed, log, 0

    def copy_new_lines(self) -> None:
        # Terraform writes at the file's own position, so this reads with an offset.
        size = os.fstat(self._printed.fileno()).st_size
        new = os.pread(self._printed.fileno(), size - self._read, self._read)
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.decode(errors="replace").splitlines():
            found = events(line)
            self._log.write((event_text(found[0]) if found else f"{line}\n").encode())
        self._log.flush()


def plan_of(printed: str) -> Plan:
    """The plan in the events that Terraform printed, with the new outputs if it was applied as well."""
    printed_events = events(printed)
    changes = [event["change"] for event in printed_events if event.get("type") == "planned_change"]
    outputs = [event["outputs"] for event in printed_events if event.get("type") == "outputs"]
    planned = outputs[0] if outputs else {}
    return Plan(
        changes=tuple(
            Change(change["resource"]["addr"], _actions(change["action"]))
            for change in changes
            if change["action"] not in ("noop", "read")
        ),
        outputs={
            name: (None, outputs[-1][name].get("value"))
            for name, output in planned.items()
            if output.get("action", "noop") != "noop"
        },
    )


def outputs_of(printed: str) -> dict[str, Any]:
    """The outputs after an apply, by name, from the events that Terraform printed."""
    left = [event["outputs"] for event in events(printed) if event.get("type") == "outputs"]
    return {name: output.get("value") for name, output in left[-1].items()} if left else {}


def _actions(action: str) -> tuple[str, ...]:
    return REPLACE if action == "replace" else (action,)
