"""Import the registrar's modules as Lambda does: from the top of its folder."""

import os
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent
sys.path[:0] = [str(_HERE), str(_HERE.parents[2] / "lambda_src" / "register_model")]
# Powertools reads these when it is imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "registrar")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Rollforward")

from fake_cloud import FakeCloud  # noqa: E402


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()
