"""The command that `make setup` installs."""

import os
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(sys.executable).with_name("rollforward")


def test_the_script_and_the_module_are_the_same_command_in_any_folder(tmp_path: Path) -> None:
    script = run(tmp_path, str(SCRIPT), "plan", "--env", "nowhere")
    module = run(tmp_path, sys.executable, "-m", "rollforward", "plan", "--env", "nowhere")
    assert script.returncode == module.returncode == 2
    assert "no environment 'nowhere'" in script.stderr
    assert script.stderr == module.stderr


def test_the_script_completes_the_names_of_commands(tmp_path: Path) -> None:
    words = {
        "_ROLLFORWARD_COMPLETE": "complete_bash",
        "COMP_WORDS": "rollforward rev",
        "COMP_CWORD": "1",
    }
    assert run(tmp_path, str(SCRIPT), **words).stdout.split() == ["revert"]


def run(folder: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=False,
    )
