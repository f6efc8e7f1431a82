"""Which Python a function of the local cloud runs on."""

import os
import sys
from pathlib import Path

import pytest

from localcloud.ministack.services.lambda_runtimes import VARIABLE, find_interpreter


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two folders, of which the second holds an interpreter for python3.13."""
    empty, other = tmp_path / "empty", tmp_path / "other"
    for folder in (empty, other):
        folder.mkdir()
    (other / "python3.13").write_text("#!/bin/sh\n")
    (other / "python3.13").chmod(0o755)
    monkeypatch.setenv(VARIABLE, os.pathsep.join(map(str, (empty, other))))
    return empty, other


def test_the_interpreter_of_a_runtime_is_the_program_of_its_name(
    folders: tuple[Path, Path],
) -> None:
    assert find_interpreter("python3.13") == str(folders[1] / "python3.13")


def test_a_runtime_without_an_interpreter_runs_on_the_python_of_the_local_cloud(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_interpreter("python3.12") == sys.executable
    monkeypatch.delenv(VARIABLE)
    assert find_interpreter("python3.13") == sys.executable
