"""Ctrl-C, while several stacks are applied."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rollforward.folders import ROOT
from tests.unit.rollforward.operations.apply.stacks import (
    journal,
)

OPERATOR = """
import signal, sys
from pathlib import Path
from rollforward.operations.apply import run
from tests.unit.rollforward.operations.apply.stacks import live, nothing, work_in
run.last_outputs, run.prove = nothing, live
signal.signal(signal.SIGTERM, signal.default_int_handler)
run.apply_without_review(work_in(Path(sys.argv[1]), ["a", "b"]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_reaches_every_terraform_once_and_starts_no_other(
    tmp_path: Path, number: signal.Signals
) -> None:
    for model in ("a", "b"):
        (tmp_path / f"slow-apply-{model}").touch()
    operator = subprocess.Popen(
        [sys.executable, "-c", OPERATOR, str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    begun: set[str] = set()
    while not {"a begins", "b begins"} <= begun:
        assert time.monotonic() < deadline
        time.sleep(0.02)
        if (tmp_path / "journal").exists():
            begun = {line.partition(":")[0] for line in journal(tmp_path, "apply")}
    os.killpg(operator.pid, number)
    os.killpg(operator.pid, number)
    _, err = operator.communicate(timeout=30)
    ended = [line for line in journal(tmp_path, "apply") if line[:2] in ("a ", "b ")]
    assert sorted(line for line in ended if "begins" not in line) == [
        "a ends",
        "a is interrupted",
        "b ends",
        "b is interrupted",
    ]
    assert "waiting for Terraform to stop cleanly: " in err
    assert err.strip().endswith("KeyboardInterrupt")
