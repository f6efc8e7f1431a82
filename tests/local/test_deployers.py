"""An environment's whole life, by two IAM users who have nothing but their printed policies."""

from collections.abc import Iterator

import pytest

from config.schema.settings import load
from rollforward.errors import RollforwardError
from rollforward.operations.permissions.grants import APPLY, PLAN
from rollforward.operations.permissions.life import DEPLOYER, PLANNER, Life, life
from rollforward.operations.permissions.policies import policy

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def dev(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Life]:
    environment = load("dev")
    users = {PLANNER: policy(environment, PLAN), DEPLOYER: policy(environment, APPLY)}
    with life(tmp_path_factory.mktemp("permissions"), "dev", users) as (whole, _):
        yield whole


def test_an_environment_is_deployed_rolled_changed_and_destroyed_with_the_printed_policies(
    dev: Life,
) -> None:
    dev.run_all()


def test_the_planner_can_not_apply(dev: Life) -> None:
    with pytest.raises(RollforwardError, match="is not authorized to perform: "):
        dev.run(PLANNER, "apply", "--yes")
