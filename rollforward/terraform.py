"""Runs Terraform (or OpenTofu) on synthesized stacks, and reads its plans as data.

What Terraform prints goes to a log file beside the stack; its errors are shown with the file's name.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollforward.errors import RollforwardError

ROOT = Path(__file__).parents[1]
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


@dataclass(frozen=True)
class Change:
    """One resource that a plan changes: `actions` such as ("create",) or ("delete", "create")."""

    address: str
    actions: tuple[str, ...]
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None


@dataclass(frozen=True)
class Plan:
    """What an apply would do. `outputs` maps those that change to (before, after), None while not known."""

    changes: tuple[Change, ...]
    outputs: Mapping[str, tuple[Any, Any]]

    @property
    def empty(self) -> bool:
        """Terraform would say "No changes"."""
        return not self.changes and not self.outputs

    def of_type(self, resource_type: str) -> list[Change]:
        return [change for change in self.changes if change.address.startswith(f"{resource_type}.")]


@dataclass(frozen=True)
class Stack:
    """A synthesized stack in `folder`; Terraform runs there with `environ`."""

    folder: Path
    environ: Mapping[str, str]

    @property
    def log(self) -> Path:
        return self.folder / "terraform.log"

    def init(self) -> None:
        self._run("init", "-reconfigure")

    def plan(self, *, destroy: bool = False) -> Plan:
        """Plan into the folder's `plan` file, for `apply` to carry out."""
        self._run("plan", "-out=plan", *(["-destroy"] if destroy else []))
        shown = json.loads(self._run("show", "-json", "plan"))
        return Plan(
            changes=tuple(
                Change(
                    resource["address"],
                    tuple(resource["change"]["actions"]),
                    resource["change"]["before"],
                    resource["change"]["after"],
                )
                for resource in shown.get("resource_changes", [])
                if resource["change"]["actions"] not in (["no-op"], ["read"])
            ),
            outputs={
                name: (change["before"], change.get("after"))
                for name, change in shown.get("output_changes", {}).items()
                if change["actions"] != ["no-op"]
            },
        )

    def apply(self) -> None:
        """Carry out the last plan."""
        self._run("apply", "plan")

    def outputs(self) -> dict[str, Any]:
        found = json.loads(self._run("output", "-json"))
        return {name: output["value"] for name, output in found.items()}

    def _run(self, *arguments: str) -> str:
        """Raises RollforwardError with Terraform's own words when it fails."""
        command = [binary(), arguments[0], "-no-color", *arguments[1:]]
        if arguments[0] in ("init", "plan", "apply"):
            command.insert(3, "-input=false")
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C reaches us alone, and Terraform once, from us: a second one makes it drop its state.
            start_new_session=True,
        )
        try:
            out, err = process.communicate()
        except KeyboardInterrupt:
            print(f"waiting for terraform {arguments[0]} to stop cleanly", file=sys.stderr)
            process.send_signal(signal.SIGINT)
            self._record(command, *process.communicate())
            raise
        self._record(command, out, err)
        if process.returncode:
            raise RollforwardError(
                f"terraform {arguments[0]} failed in {self.folder.name}:\n{(err or out).strip()}\n"
                f"All that it printed: {self.log}"
            )
        return out

    def _record(self, command: list[str], out: str, err: str) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{out}{err}\n")


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


def synthesize(environment: str, out: Path) -> None:
    """Run the app, as `cdktf synth` does, into `out`. Raises RollforwardError with what it says."""
    out.parent.mkdir(parents=True, exist_ok=True)  # cdktf makes the last folder only
    ran = subprocess.run(
        [sys.executable, "main.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "DEPLOYMENT_ENV": environment,
            "CDKTF_OUTDIR": str(out),
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
    text = f"plugin_cache_dir = {json.dumps(str(cache))}\n"
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
