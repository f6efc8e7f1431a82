"""config/environments is the user's: its files synthesize, and the tests do not depend on them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.schema.settings import ENVIRONMENTS_VARIABLE, USERS_ENVIRONMENTS, load
from rollforward.checkout import copy_project
from rollforward.folders import ROOT
from tests.synth.conftest import Synthesize
from tests.users_environments import edit

# Of each kind of tests, some that load environments: when they are imported, by fixtures, in other processes.
SAMPLE = (
    "tests/unit/config",
    "tests/unit/rollforward/operations/test_bootstrap.py",
    "tests/unit/rollforward/operations/test_permissions.py",
    "tests/synth/test_every_stack.py",
    "tests/synth/test_fleet.py",
)


@pytest.mark.parametrize("name", sorted(path.stem for path in USERS_ENVIRONMENTS.glob("*.yaml")))
def test_the_users_environments_synthesize(name: str, synthesize: Synthesize) -> None:
    assert {"s3", "lambda"} < synthesize(load(name, USERS_ENVIRONMENTS)).keys()


@pytest.mark.slow
def test_the_tests_pass_whatever_the_users_environments_are(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    shutil.copy(ROOT / "pyproject.toml", project)
    shutil.copytree(ROOT / "tests", project / "tests")
    edit(project / "config" / "environments")
    own = {name: value for name, value in os.environ.items() if name != ENVIRONMENTS_VARIABLE}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *SAMPLE],
        cwd=project,
        env={**own, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
