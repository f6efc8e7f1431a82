import os

import pytest

# Powertools reads these when it is imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "registrar")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Rollforward")

from tests.unit.lambda_src.register_model.fake_deliveries import FakeDeliveries


@pytest.fixture
def cloud() -> FakeDeliveries:
    return FakeDeliveries()
