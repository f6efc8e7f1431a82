import os

import pytest

# Powertools reads these when it is imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "prover")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Rollforward")

from tests.unit.lambda_src.prove_model.fake_cloud import FakeCloud


@pytest.fixture
def cloud() -> FakeCloud:
    return FakeCloud()
