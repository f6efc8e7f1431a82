"""Runs Terraform (or OpenTofu) on synthesized stacks, and reads its plans as data.

What Terraform prints goes to a log file beside the stack; its errors are shown with the file's name.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from rollforward.errors import RollforwardError
from rollforward.folders import ROOT
from rollforward.terraform.errors import TerraformError, errors, in_short
from rollforward.terraform.plans import Plan, Transcript, outputs_of, plan_of
from rollforward.terraform.processes import Processes

PROVIDER = Path("registry.terraform.io/hashicorp/aws")
# Terraform asks every source that may have a provider, and fails if one of them does not answer.
FROM_MIRROR = """\
provider_installation {{
  filesystem_mirror {{
    path    = {path}
    include = [{provider}]
  }}
  direct {{
    exclude = [{provider}]
  }}
}}
"""
# jsii tells that Node 20 is near its end in eleven lines, which would bury an error.
NODE_BANNER = "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"
MIRROR = "ROLLFORWARD_PROVIDER_MIRROR"
_HASHES = re.compile(r"  hashes = \[.*?\]\n", re.DOTALL)
# Terraform's cache of providers is not made for two who fill it.
# https://developer.hashicorp.com/terraform/cli/config/config-file#provider-plugin-cache
_INITIALISING = threading.Lock()


@dataclass(frozen=True)
class Stack:
    """A synthesized stack in `folder`; Terraform runs there with `environ`, one of `processes`."""

    folder: Path
    environ: Mapping[str, str]
    processes: Processes = field(default_factory=Processes)

    @property
    def log(self) -> Path:
        return self.folder / "terraform.log"

    def init(self) -> None:
        """Unless that was done already for this backend and these providers."""
        wanted = self._wanted()
        if self._initialised() == wanted:
            return
        # Written here for this machine alone; one of an earlier version would only be in the way.
        lock = self.folder / ".terraform.lock.hcl"
        lock.unlink(missing_ok=True)
        with _INITIALISING:
            self._run("init", "-reconfigure")
        if lock.is_file():
            # Hashes of what was installed a moment ago prove nothing, and Terraform would compute
            # them again with each command: 0.7 s for the 700 MB of the AWS provider.
            lock.write_text(_HASHES.sub("", lock.read_text("utf-8")), "utf-8")
        self._marker.parent.mkdir(exist_ok=True)
        self._marker.write_text(wanted, "utf-8")

    def plan(self, *options: str) -> Plan:
        """Plan into the folder's `plan` file, for `apply` to carry out."""
        plan = plan_of(self._run("plan", "-json", "-out=plan", *options))
        if not plan.outputs:
            return plan
        changing = json.loads(self._run("show", "-json", "plan"))["output_changes"]
        values = {
            name: (changing[name]["before"], changing[name].get("after")) for name in plan.outputs
        }
        return Plan(plan.changes, values)

    def apply(self) -> dict[str, Any]:
        """Carry out the last plan; the outputs that it left."""
        return outputs_of(self._run("apply", "-json", "plan"))

    def plan_and_apply(self, *options: str) -> Plan:
        """What was done, with nobody asked: the provider starts once for both, which takes seconds."""
        return plan_of(self._run("apply", "-json", "-auto-approve", *options))

    def outputs(self) -> dict[str, Any]:
        found = json.loads(self._run("output", "-json"))
        return {name: output["value"] for name, output in found.items()}

    @property
    def _marker(self) -> Path:
        return self.folder / ".terraform" / "rollforward"

    def _initialised(self) -> str | None:
        """What the folder was initialised for; None if its providers have gone since."""
        providers = list((self.folder / ".terraform" / "providers").glob("*/*/*/*/*"))
        there = all(provider.exists() for provider in providers)
        return self._marker.read_text("utf-8") if there and self._marker.is_file() else None

    def _wanted(self) -> str:
        """Backend and providers as the stack has them."""
        block = json.loads((self.folder / "cdk.tf.json").read_text("utf-8"))["terraform"]
        return json.dumps({"binary": binary(), **block}, sort_keys=True)

    def _run(self, command: str, *arguments: str) -> str:
        """What it printed on stdout. Raises TerraformError with Terraform's own words when it fails."""
        unasked = ["-input=false"] if command in ("init", "plan", "apply") else []
        typed = [binary(), command, "-no-color", *unasked, *arguments]
        with self.log.open("ab") as log, TemporaryFile() as out, TemporaryFile() as err:
            log.write(f"$ {shlex.join(typed)}\n".encode())
            transcript = Transcript(out, log)
            code = self.processes.run(typed, self.folder, self.environ, out, err, transcript.go_on)
            transcript.go_on()
            printed, complained = _text(out), _text(err)
            log.write(f"{complained}\n".encode())
        if code:
            said = errors(printed) + complained or printed
            raise TerraformError(in_short(typed, self.folder, said, self.log), printed)
        return printed


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def binary() -> str:
    """Terraform, or OpenTofu. Raises RollforwardError if there is neither."""
    wanted = os.environ.get("TERRAFORM_BINARY_NAME")
    candidates = [wanted] if wanted else ["terraform", "tofu"]
    for name in candidates:
        if found := shutil.which(name):
            return found
    raise RollforwardError(
        f"no {' or '.join(candidates)} on the PATH: run `make check` for how to get it"
    )


def synthesize(environment: str, out: Path, models: Sequence[str] = ()) -> None:
    """Run the app, as `cdktf synth` does, into `out`; with `models`, only the stacks of their endpoints.

    Raises RollforwardError with what it says.
    """
    out.parent.mkdir(parents=True, exist_ok=True)  # cdktf makes the last folder only
    ran = subprocess.run(
        [sys.executable, "main.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "DEPLOYMENT_ENV": environment,
            "CDKTF_OUTDIR": str(out),
            "ROLLFORWARD_MODELS": ",".join(models),
            NODE_BANNER: "20",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RollforwardError(f"synth of {environment} failed:\n{ran.stderr.strip()}")


def cli_environment(folder: Path) -> dict[str, str]:
    """What Terraform needs around it: no questions, and its provider from a mirror where there is one.

    A CLI configuration of the user's own is left alone.
    """
    settings = {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    users_own = os.environ.get("TF_CLI_CONFIG_FILE")
    if users_own and Path(users_own).is_file():
        return settings
    folder.mkdir(parents=True, exist_ok=True)
    cache = folder / "plugin-cache"
    cache.mkdir(exist_ok=True)
    text = (
        f"plugin_cache_dir = {json.dumps(str(cache))}\n"
        # Else each stack that is new would download the provider again.
        "plugin_cache_may_break_dependency_lock_file = true\n"
    )
    if mirror := provider_mirror():
        text = FROM_MIRROR.format(path=json.dumps(str(mirror)), provider=json.dumps(str(PROVIDER)))
    configuration = folder / "terraform.rc"
    configuration.write_text(text, "utf-8")
    return {**settings, "TF_CLI_CONFIG_FILE": str(configuration)}


def provider_mirror() -> Path | None:
    """The folder that holds the AWS provider on this machine, if any does."""
    named = os.environ.get(MIRROR)
    if named and not (Path(named) / PROVIDER).is_dir():
        raise RollforwardError(f"{MIRROR}={named} holds no {PROVIDER}")
    implied = [
        Path.home() / ".terraform.d/plugins",
        Path("/usr/local/share/terraform/plugins"),
        Path("/usr/share/terraform/plugins"),
    ]
    opt = Path("/opt")
    candidates = (
        [Path(named)] if named else [*implied, *(sorted(opt.iterdir()) if opt.is_dir() else [])]
    )
    return next((folder for folder in candidates if (folder / PROVIDER).is_dir()), None)
