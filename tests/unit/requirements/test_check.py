"""`make check`: what no registry can install is missed by name, before anything is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECK = Path(__file__).parents[3] / "requirements" / "check.py"
FINE = {"terraform": "Terraform v1.11.4", "node": "v20.1.0", "npm": "10.2.3"}


def check(folder: Path, tools: dict[str, str], prelude: str = "pass") -> tuple[int, str]:
    """The exit code and the message, with only `tools` on the PATH."""
    for name, version in tools.items():
        (folder / name).write_text(f"#!/bin/sh\necho '{version}'\n")
        (folder / name).chmod(0o755)
    ran = subprocess.run(
        [sys.executable, "-c", f"import runpy, sys; {prelude}; runpy.run_path({str(CHECK)!r})"],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    return ran.returncode, ran.stderr.strip()


def test_nothing_is_said_when_all_is_there(tmp_path: Path) -> None:
    assert check(tmp_path, FINE) == (0, "")


@pytest.mark.parametrize("tofu", ["OpenTofu v1.11.0", "OpenTofu v2.0.0"])
def test_opentofu_does_instead_of_terraform(tmp_path: Path, tofu: str) -> None:
    tools = {name: version for name, version in FINE.items() if name != "terraform"}
    assert check(tmp_path, tools | {"tofu": tofu}) == (0, "")


def test_one_that_is_new_enough_makes_up_for_an_old_one(tmp_path: Path) -> None:
    tools = FINE | {"terraform": "Terraform v1.5.7", "tofu": "OpenTofu v1.11.0"}
    assert check(tmp_path, tools) == (0, "")


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        (
            "terraform",
            "terraform or tofu is missing, 1.11 or newer is needed: "
            "https://developer.hashicorp.com/terraform/install",
        ),
        ("node", "node is missing, 20.0 or newer is needed: https://nodejs.org/en/download"),
        (
            "npm",
            "npm is missing, 9.0 or newer is needed: "
            "it comes with Node: https://nodejs.org/en/download",
        ),
    ],
)
def test_what_is_missing_is_named_with_the_way_to_get_it(
    tmp_path: Path, tool: str, message: str
) -> None:
    tools = {name: version for name, version in FINE.items() if name != tool}
    assert check(tmp_path, tools) == (1, message)


@pytest.mark.parametrize(
    ("tool", "version", "message"),
    [
        ("terraform", "Terraform v1.9.8\non linux", "terraform 1.9 is too old, 1.11 or newer"),
        ("node", "v18.20.1", "node 18.20 is too old, 20.0 or newer"),
        ("npm", "8.19.4", "npm 8.19 is too old, 9.0 or newer"),
        ("npm", "a riddle", "npm 0.0 is too old, 9.0 or newer"),
    ],
)
def test_what_is_too_old_is_named_with_the_version_that_is_needed(
    tmp_path: Path, tool: str, version: str, message: str
) -> None:
    code, said = check(tmp_path, FINE | {tool: version})
    assert code == 1
    assert said.startswith(f"{message} is needed: ")


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    code, said = check(tmp_path, {})
    assert code == 1
    assert [line.partition(" is missing")[0] for line in said.splitlines()] == [
        "terraform or tofu",
        "node",
        "npm",
    ]


def test_a_python_that_is_too_old_is_told_in_words(tmp_path: Path) -> None:
    code, said = check(tmp_path, FINE, "sys.version_info = (3, 9, 1)")
    assert code == 1
    assert said.startswith("Python 3.11 is needed, this is 3.9: ")
