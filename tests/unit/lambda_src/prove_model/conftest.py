import os

import pytest

# Powertools reads these when it is imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "prover")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Rollforward")

from tests.unit.lambda_src.prove_model.fake_rolls import FakeRolls


@pytest.fixture
def cloud() -> FakeRolls:
    return FakeRolls()
