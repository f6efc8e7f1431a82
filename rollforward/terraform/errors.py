"""Turns Terraform's errors into messages for the person at the terminal."""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rollforward.errors import RollforwardError

# https://developer.hashicorp.com/terraform/language/state/locking
LOCK = re.compile(
    r"Lock Info:\s*ID:\s*(?P<id>\S+).*?Operation:\s*(?P<operation>\S+)"
    r".*?Who:\s*(?P<who>[^\n]+).*?Created:\s*(?P<created>[^\n]+)",
    re.DOTALL,
)

NO_BUCKET = re.compile(r'S3 bucket "(?P<name>[^"]+)" does not exist')
# Every event begins with these.
_EVENT = '{"@level"'


class TerraformError(RollforwardError):
    """A Terraform command failed. `printed` is what it wrote to stdout before."""

    def __init__(self, message: str, printed: str) -> None:
        super().__init__(message)
        self.printed = printed


def failure_message(command: list[str], folder: Path, output: str, log: Path) -> str:
    """Terraform's own message; for a locked state, who holds the lock and how to release it."""
    if bucket := NO_BUCKET.search(output):
        return (
            f"{folder.name}: the bucket for Terraform's state, {bucket['name']}, does not exist: "
            "run `rollforward bootstrap`, then run this command again"
        )
    lock = LOCK.search(output)
    if lock is None:
        what = f"terraform {command[1]} failed in {folder.name}"
        return f"{what}:\n{output.strip()}\nThe whole output: {log}"
    release = shlex.join([command[0], f"-chdir={folder}", "force-unlock", lock["id"]])
    doing = lock["operation"].removeprefix("OperationType").lower()
    return (
        f"the state of {folder.name} is locked: {lock['who'].strip()} has run `{doing}` since "
        f"{lock['created'].strip()}. Wait until it ends. If it no longer runs, release the lock: {release}"
    )


def errors(printed: str) -> str:
    """The errors among the events that `terraform -json` printed, as text."""
    return "".join(
        event_text(event)
        for event in events(printed)
        if event.get("diagnostic", {}).get("severity") == "error"
    )


def events(printed: str) -> list[dict[str, Any]]:
    """The events that `terraform -json` printed, one per line.

    https://developer.hashicorp.com/terraform/internals/machine-readable-ui
    """
    return [json.loads(line) for line in printed.splitlines() if line.startswith(_EVENT)]


def event_text(event: Mapping[str, Any]) -> str:
    """An event as Terraform prints it without `-json`."""
    found = event.get("diagnostic")
    if found is None:
        return f"{event['@message']}\n"
    place = f"  with {found['address']}\n" if found.get("address") else ""
    heading = f"{found['severity'].capitalize()}: {found['summary']}"
    return f"\n{heading}\n{place}\n{found.get('detail', '')}\n".rstrip() + "\n"
