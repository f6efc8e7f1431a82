"""Which Python stands in for the functions' Lambda runtime on this machine."""

import subprocess
import sys
from pathlib import Path

import pytest

from rollforward import lambda_python
from stacks.constructs.function import RUNTIME

SCRIPT = Path(__file__).parents[3] / "requirements" / "lambda_python.py"


def fake_python(path: Path, answer: str = "True", code: int = 0) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {answer}\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def found(variables: dict[str, str], home: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/nowhere", "HOME": str(home)} | variables
    return subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True, check=False
    )


def test_the_python_that_a_variable_names_comes_first(tmp_path: Path) -> None:
    named = fake_python(tmp_path / "mine" / "python")
    fake_python(tmp_path / "bin" / "python3.13")
    variables = {"PYTHON313": named, "PATH": str(tmp_path / "bin")}
    assert found(variables, tmp_path).stdout.strip() == named


def test_a_shim_that_runs_nothing_is_passed_over_for_pyenvs_own(tmp_path: Path) -> None:
    fake_python(tmp_path / "shims" / "python3.13", "command not found", 127)
    own = fake_python(tmp_path / ".pyenv" / "versions" / "3.13.0" / "bin" / "python3.13")
    assert found({"PATH": str(tmp_path / "shims")}, tmp_path).stdout.strip() == own


@pytest.mark.parametrize("variables", [{}, {"PYTHON313": "/nowhere/python"}])
def test_where_there_is_none_it_says_what_the_functions_run_on(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    answer = found(variables, tmp_path)
    assert (answer.returncode, answer.stdout) == (1, "")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"not installed: here they run on Python {version}." in answer.stderr


def test_it_looks_for_the_runtime_that_is_deployed() -> None:
    assert lambda_python.RUNTIME == RUNTIME
    major, _, minor = RUNTIME.removeprefix("python").partition(".")
    assert f"VERSION = ({major}, {minor})" in SCRIPT.read_text()
