"""The demo, run as its user runs it: in a project whose environments the user has edited."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from config.schema.settings import ENVIRONMENTS_VARIABLE
from rollforward.checkout import copy_project
from tests.users_environments import edit


def demo(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    project = copy_project(folder / "project")
    edit(project / "config" / "environments")
    own = {name: value for name, value in os.environ.items() if name != ENVIRONMENTS_VARIABLE}
    return subprocess.Popen(
        [sys.executable, "-m", "rollforward", "demo", *arguments],
        cwd=folder,
        env={**own, "PYTHONPATH": str(project)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def left_running(folder: Path) -> list[str]:
    """What still runs out of a folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        said = " ".join(process.info["cmdline"] or [])
        around = " ".join((process.info["environ"] or {}).values())
        if process.pid != os.getpid() and (str(folder) in said or f"{folder}/.local" in around):
            found.append(said)
    return found


def test_the_demo_does_every_step_and_leaves_nothing_running(tmp_path: Path) -> None:
    process = demo(tmp_path, "--json")
    out, err = process.communicate()
    assert process.returncode == 0, err
    result = json.loads(out)
    assert result["failure"] is None
    assert [step["title"].partition(":")[0] for step in result["steps"]] == [
        "Start the local cloud",
        "Make the state bucket and synthesize dev",
        "Apply the Lambda stack",
        "Apply the S3 stack",
        "Apply the SageMaker stack",
        "Deliver v1",
        "Apply",
        "Invoke",
        "Deliver v2",
        "Apply",
        "Invoke",
        "Apply again",
        "Deliver four bad archives",
        "Deliver v3, its metrics not yet",
        "Its metrics come",
        "Apply and prove",
        "Overwrite v3 with v4, which is worse",
        "Deliver v5, which crashes on invoke",
        "Apply",
        "Deliver v6, which never starts",
        "Apply",
    ]
    assert left_running(tmp_path) == []


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_a_stopped_demo_stops_what_it_started(tmp_path: Path, stop: signal.Signals) -> None:
    process = demo(tmp_path)
    assert process.stderr is not None
    for line in process.stderr:
        if "Make the state bucket" in line:
            break
    assert left_running(tmp_path) != []
    process.send_signal(stop)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert left_running(tmp_path) == []
