"""Runs Terraform (or OpenTofu) on a synthesized stack, and reads its plans as data.

The output of Terraform goes to a log file beside the stack. Its errors are shown with the name of that file.
"""

import json
import re
import shlex
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from rollforward.terraform.binary import binary
from rollforward.terraform.errors import TerraformError, errors, failure_message
from rollforward.terraform.plans import Plan, Transcript, outputs_of, plan_of
from rollforward.terraform.processes import Processes

_HASHES = re.compile(r"  hashes = \[.*?\]\n", re.DOTALL)
# Terraform's plugin cache does not support two commands that fill it at the same time.
# https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache
_INITIALISING = threading.Lock()


@dataclass(frozen=True)
class Stack:
    """A synthesized stack in `folder`. Terraform runs there with the environment variables `environ`."""

    folder: Path
    environ: Mapping[str, str]
    processes: Processes = field(default_factory=Processes)

    @property
    def log(self) -> Path:
        return self.folder / "terraform.log"

    def init(self) -> None:
        """Run `terraform init`, unless the folder is initialised for this backend and these providers."""
        wanted = self._wanted()
        if self._initialised() == wanted:
            return
        # The lock file is only for this machine. One of an earlier version would make `init` fail.
        lock = self.folder / ".terraform.lock.hcl"
        lock.unlink(missing_ok=True)
        with _INITIALISING:
            self._run("init", "-reconfigure")
        if lock.is_file():
            # Without the hashes, Terraform does not compute them again with each command, which takes
            # 0.7 s for the 700 MB of the AWS provider. The provider was installed a moment ago.
            lock.write_text(_HASHES.sub("", lock.read_text("utf-8")), "utf-8")
        self._marker.parent.mkdir(exist_ok=True)
        self._marker.write_text(wanted, "utf-8")

    def plan(self, *options: str) -> Plan:
        """Run `terraform plan`, and keep the plan in the file `plan` for `apply`."""
        plan = plan_of(self._run("plan", "-json", "-out=plan", *options))
        if not plan.outputs:
            return plan
        changing = json.loads(self._run("show", "-json", "plan"))["output_changes"]
        values = {
            name: (changing[name]["before"], changing[name].get("after")) for name in plan.outputs
        }
        return Plan(plan.changes, values)

    def apply(self) -> dict[str, Any]:
        """Apply the last plan; return the outputs."""
        return outputs_of(self._run("apply", "-json", "plan"))

    def plan_and_apply(self, *options: str) -> Plan:
        """Plan and apply in one command, without a review; return what was changed.

        The provider starts only once, which saves seconds.
        """
        return plan_of(self._run("apply", "-json", "-auto-approve", *options))

    def outputs(self) -> dict[str, Any]:
        found = json.loads(self._run("output", "-json"))
        return {name: output["value"] for name, output in found.items()}

    @property
    def _marker(self) -> Path:
        return self.folder / ".terraform" / "rollforward"

    def _initialised(self) -> str | None:
        """The backend and the providers that the folder was initialised for; None if one is missing."""
        providers = list((self.folder / ".terraform" / "providers").glob("*/*/*/*/*"))
        there = all(provider.exists() for provider in providers)
        return self._marker.read_text("utf-8") if there and self._marker.is_file() else None

    def _wanted(self) -> str:
        """The backend and the providers that the stack declares."""
        block = json.loads((self.folder / "cdk.tf.json").read_text("utf-8"))["terraform"]
        return json.dumps({"binary": binary(), **block}, sort_keys=True)

    def _run(self, command: str, *arguments: str) -> str:
        """Run a command; return what it printed on stdout. Raises TerraformError with Terraform's message."""
        options = ["-input=false"] if command in ("init", "plan", "apply") else []
        typed = [binary(), command, "-no-color", *options, *arguments]
        with self.log.open("ab") as log, TemporaryFile() as out, TemporaryFile() as err:
            log.write(f"$ {shlex.join(typed)}\n".encode())
            transcript = Transcript(out, log)
            code = self.processes.run(
                typed, self.folder, self.environ, out, err, transcript.copy_new_lines
            )
            transcript.copy_new_lines()
            printed, complained = _text(out), _text(err)
            log.write(f"{complained}\n".encode())
        if code:
            output = errors(printed) + complained or printed
            raise TerraformError(failure_message(typed, self.folder, output, self.log), printed)
        return printed


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
