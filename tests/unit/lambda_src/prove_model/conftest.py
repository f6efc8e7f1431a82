import os

import pytest

# Powertools reads these when it is imported.
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "prover")
os.environ.setdefault("POWERTOOLS_METRICS_NAMESPACE", "Rollforward")

from lambda_src.prove_model.started_deployment import StartedDeployment
from tests.unit.lambda_src.prove_model.fake_rolls import V2, FakeRolls
from tests.unit.lambda_src.prove_model.watching import SMOKE


@pytest.fixture
def cloud() -> FakeRolls:
    return FakeRolls()


@pytest.fixture
def deployment(cloud: FakeRolls) -> StartedDeployment:
    """v1 is live and v2, which brings a smoke request, is on its way."""
    cloud.bring_smoke(V2, SMOKE)
    cloud.status = "Updating"
    return cloud.deploy("v2", replaced="v1")
