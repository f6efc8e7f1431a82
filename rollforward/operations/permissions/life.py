"""Runs through the whole life of an environment in a local cloud, with the commands that people type.

Two IAM users type them: one plans, the other applies. The account's root user does the rest, such as a
delivery.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config import names
from config.schema import settings
from config.schema.settings import ENVIRONMENTS_VARIABLE, Environment
from examples.sentiment.build import build
from localcloud.cloud import LocalCloud, local_cloud
from rollforward.aws.root_account import (
    create_kms_key,
    create_user,
    empty_model_bucket,
    empty_registry,
)
from rollforward.checkout import copy_project
from rollforward.errors import RollforwardError
from rollforward.folders import EXAMPLE_ENVIRONMENTS
from rollforward.lambda_python import runtimes_variable
from rollforward.operations.permissions.updates import update
from rollforward.terraform.cli_configuration import cli_environment
from rollforward.terraform.stack import Stack

PLANNER, DEPLOYER = "planner", "deployer"

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Life:
    """`project` is a copy of this project, whose environment may be edited.

    `root` holds the environment variables of the account's root user, `users` those of each user by name.
    """

    environment: Environment
    project: Path
    root: Mapping[str, str]
    users: Mapping[str, Mapping[str, str]]

    def run_all(self) -> None:
        """From an empty account to an empty account."""
        self.create()
        self.roll("v1")
        self.roll("v2")
        self.operate()
        self.change()
        self.destroy()

    def create(self) -> None:
        """Create the state bucket and every stack in an empty account."""
        self.run(DEPLOYER, "bootstrap")
        self.run(PLANNER, "plan")
        self.run(DEPLOYER, "apply", "--yes")

    def roll(self, version: str) -> None:
        """Deliver a version of every model, and roll every endpoint to it."""
        archive = build(version, self.project.parent)
        for model in self.environment.models:
            self._run(self.root, "deliver", model, str(archive), "--version", version)
        self.run(PLANNER, "plan", *self.environment.models)
        self.run(DEPLOYER, "apply", *self.environment.models, "--yes")

    def operate(self) -> None:
        """Look at a model, and revert it."""
        model = next(iter(self.environment.models))
        self.run(PLANNER, "status")
        self.run(PLANNER, "history", model)
        self.run(PLANNER, "compare", model, "1", "2")
        self.run(DEPLOYER, "prove")
        self.run(DEPLOYER, "revert", model, "--apply")

    def change(self) -> None:
        """Change everything that AWS changes in place, the functions' code and a model's kind of serving."""
        handler = self.project / "lambda_src" / "register_model" / "handler.py"
        handler.write_text(f"{handler.read_text()}\n# Another version.\n")
        edit(self.project, self.environment.name, _changed)
        self.run(PLANNER, "plan")
        self.run(DEPLOYER, "apply", "--yes")
        for stack in self.stacks(DEPLOYER):
            update(stack.folder)
            stack.plan_and_apply()

    def destroy(self) -> None:
        """Destroy every stack, in the reverse order."""
        # Terraform deletes neither: docs/operating.md.
        empty_model_bucket(self.root, self.environment)
        empty_registry(self.root, self.environment)
        for stack in reversed(self.stacks(DEPLOYER)):
            stack.plan("-destroy")
            stack.apply()

    def run(self, user: str, *arguments: str) -> None:
        """Run `rollforward <arguments>` as one of the users. Raises RollforwardError if it fails."""
        self._run(self.users[user], *arguments)

    def stacks(self, user: str) -> list[Stack]:
        """The stacks in their order, as they were applied last."""
        parts = ["lambda", "s3", *(f"sagemaker-{model}" for model in self.environment.models)]
        folder = self.project / ".local" / "apply" / self.environment.name / "cdktf.out" / "stacks"
        return [
            Stack(folder / names.stack(self.environment, part), self.users[user]) for part in parts
        ]

    def _run(self, environ: Mapping[str, str], *arguments: str) -> None:
        ran = subprocess.run(
            [sys.executable, "-m", "rollforward", *arguments],
            cwd=self.project,
            env={**environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise RollforwardError(f"rollforward {' '.join(arguments)}:\n{ran.stdout}{ran.stderr}")


@contextmanager
def life(
    folder: Path, name: str, policies: Mapping[str, Document]
) -> Iterator[tuple[Life, LocalCloud]]:
    """Start a local cloud for an example environment, and create users with these policies by name."""
    project = copy_project(folder / "project")
    os.environ.update(runtimes_variable())
    environments = project / EXAMPLE_ENVIRONMENTS
    environment = settings.load(name, environments)
    with local_cloud(folder, environment.account, environment.region) as cloud:
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{own['PATH']}"
        root = {
            **own,
            **cloud.environment,
            **cli_environment(folder),
            "PATH": path,
            "DEPLOYMENT_ENV": name,
            ENVIRONMENTS_VARIABLE: str(environments),
        }
        edit(project, name, lambda settings: _example(settings, root))
        environment = settings.load(name, environments)
        users = {user: {**root, **create_user(root, user, policies[user])} for user in policies}
        yield Life(environment, project, root, users), cloud


def edit(project: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the settings in an environment's file."""
    file = project / EXAMPLE_ENVIRONMENTS / f"{name}.yaml"
    content = yaml.safe_load(file.read_text("utf-8"))
    change(content)
    file.write_text(yaml.safe_dump(content), "utf-8")


def _example(content: dict[str, Any], root: Mapping[str, str]) -> None:
    """Adapt the environment to the local cloud: its own key, no hub; every sound version is approved."""
    if "kms_key_arn" in content:
        content["kms_key_arn"] = create_kms_key(root)
    for model in content["models"].values():
        model["promotion"] = {}
        model.pop("source", None)
        model["serving"].pop("variants", None)
        model["serving"].pop("shadow", None)


def _changed(content: dict[str, Any]) -> None:
    tags = content.setdefault("tags", {})
    tags.clear()
    tags["changed"] = "yes"
    content["log_retention_days"] = 14
    first = next(iter(content["models"].values()))
    first["serving"] = {
        "kind": "serverless",
        "memory_mb": 2048,
        "max_concurrency": 5,
        "provisioned": {"min": 1, "max": 2},
    }
