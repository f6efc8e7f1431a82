"""The benchmarks name modules in commands, which neither types nor imports check."""

import subprocess
import sys
from pathlib import Path

from benchmarks.handler import HANDLER, seconds_to_import
from benchmarks.inspection import INSPECT
from examples.sentiment.build import build
from rollforward.folders import ROOT


def test_the_handler_that_is_measured_is_there() -> None:
    assert seconds_to_import(HANDLER) > 0


def test_the_inspection_that_is_measured_takes_an_archive(tmp_path: Path) -> None:
    archive = build("v1", tmp_path)
    subprocess.run([sys.executable, "-c", INSPECT, str(archive)], cwd=ROOT, check=True)
