"""What Terraform says when it fails, in words for the person at the terminal."""

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
    """A Terraform command failed; `printed` is what it wrote to stdout until then."""

    def __init__(self, message: str, printed: str) -> None:
        super().__init__(message)
        self.printed = printed


def in_short(command: list[str], folder: Path, said: str, log: Path) -> str:
    """Terraform's own words, or who holds the lock and how to release it."""
    if bucket := NO_BUCKET.search(said):
        return (
            f"{folder.name}: the bucket for Terraform's state, {bucket['name']}, does not exist: "
            "run `rollforward bootstrap`, then again"
        )
    lock = LOCK.search(said)
    if lock is None:
        what = f"terraform {command[1]} failed in {folder.name}"
        return f"{what}:\n{said.strip()}\nAll that it printed: {log}"
    release = shlex.join([command[0], f"-chdir={folder}", "force-unlock", lock["id"]])
    doing = lock["operation"].removeprefix("OperationType").lower()
    return (
        f"{folder.name} is locked: {lock['who'].strip()} holds its state for `{doing}` since "
        f"{lock['created'].strip()}. Wait for them; if nobody works on it any more, release it with: "
        f"{release}"
    )


def errors(printed: str) -> str:
    """The errors among the events that `-json` printed, in words."""
    return "".join(
        in_words(event)
        for event in events(printed)
        if event.get("diagnostic", {}).get("severity") == "error"
    )


def events(printed: str) -> list[dict[str, Any]]:
    """What `-json` printed, a line each.

    https://developer.hashicorp.com/terraform/internals/machine-readable-ui
    """
    return [json.loads(line) for line in printed.splitlines() if line.startswith(_EVENT)]


def in_words(event: Mapping[str, Any]) -> str:
    """An event as Terraform would have printed it without `-json`."""
    found = event.get("diagnostic")
    if found is None:
        return f"{event['@message']}\n"
    place = f"  with {found['address']}\n" if found.get("address") else ""
    heading = f"{found['severity'].capitalize()}: {found['summary']}"
    return f"\n{heading}\n{place}\n{found.get('detail', '')}\n".rstrip() + "\n"
