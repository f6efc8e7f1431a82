"""Rolls that give a canary half of the requests first."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from config import names
from config.schema.rollout import Canary
from config.schema.scaling import Instances
from localcloud.behaviour import Behaviour
from main import build_app
from tests.local.deployment import Deployment, packed
from tests.local.snapshots import STACKS, story_of
from tests.local.stories import (
    GOOD_METRICS,
    QUESTION,
    assert_nothing_to_do,
    newest,
    registered,
    wait_for,
)

pytestmark = pytest.mark.timeout(900)

# The prover of a new cloud starts for the first time while a configuration bakes.
LONG_BAKE = Behaviour(baking_seconds=15)

FINE = {"request": {"inputs": ["a"]}, "answer": {"label": "fine"}}


@pytest.fixture
def deployment(v1_live: Path, tmp_path: Path) -> Iterator[Deployment]:
    """From the next apply on, it rolls by a canary."""
    with story_of(v1_live, tmp_path / "story", LONG_BAKE) as deployment:
        synthesize_canary(deployment)
        yield deployment


def test_a_canary_that_breaks_rolls_back_and_the_proof_reports_it(
    deployment: Deployment, tmp_path: Path
) -> None:
    before = registered(deployment)
    deployment.roll()
    broken = packed(tmp_path, "def model_fn(path): return lambda data: 1 / 0")
    assert deployment.deliver(broken, GOOD_METRICS).code == 0
    cloudwatch = deployment.client("cloudwatch")
    with ThreadPoolExecutor() as pool:
        roll = pool.submit(deployment.roll_that_is_rolled_back)
        wait_for(lambda: fails(deployment))
        # CloudWatch would need two minutes to see it.
        alarm = names.rollback_alarm(baking(deployment), "errors-5xx")
        cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="5xx")
        roll.result()
    assert not any(fails(deployment) for _ in range(20))
    ran = deployment.run("prove", "--json")
    assert ran.code == 1
    (proof,) = ran.json
    assert (proof["verdict"], proof["live"], proof["registered"]) == ("rolled back", before, before)
    assert alarm in proof["reason"]
    deployment.roll()
    assert_nothing_to_do(deployment)


def test_a_canary_is_judged_by_its_own_answers_not_by_those_of_the_model_before_it(
    deployment: Deployment, tmp_path: Path
) -> None:
    """The model that is live answers with another label, so that it fails the new version's smoke request."""
    good = packed(
        tmp_path / "good", "def model_fn(path): return lambda data: {'label': 'fine'}", FINE
    )
    assert deployment.deliver(good, GOOD_METRICS, "good").code == 0
    deployment.roll()
    ran = deployment.run("prove", "--json")
    assert (ran.code, ran.json[0]["verdict"]) == (0, "live"), ran.err

    before = registered(deployment)
    bad = packed(tmp_path / "bad", "def model_fn(path): return lambda data: {'label': 'bad'}", FINE)
    assert deployment.deliver(bad, GOOD_METRICS, "bad").code == 0
    deployment.roll_that_is_rolled_back()
    wait_for(lambda: registered(deployment) == before)
    assert newest(deployment)["verdict"] == "Rejected"
    assert 'Answered: {"label": "bad"}' in newest(deployment)["reason"]


def synthesize_canary(deployment: Deployment) -> None:
    """Half of two instances first, from the next apply on."""
    environment = deployment.environment
    canary = {
        "instances": Instances(min=2, max=2),
        "rollout": Canary(kind="canary", percent=50, bake_minutes=2),
    }
    model = environment.models["sentiment"]
    serving = model.serving.model_copy(update=canary)
    models = {"sentiment": model.model_copy(update={"serving": serving})}
    changed = environment.model_copy(update={"models": models})
    build_app(changed, selected=["sentiment"], outdir=str(deployment.folder / STACKS)).synth()


def baking(deployment: Deployment) -> str:
    """The configuration that the endpoint is rolling to."""
    endpoint = names.endpoint(deployment.environment, "sentiment")
    found = deployment.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    name: str = found["PendingDeploymentSummary"]["EndpointConfigName"]
    return name


def fails(deployment: Deployment) -> bool:
    runtime = deployment.client("sagemaker-runtime")
    endpoint = names.endpoint(deployment.environment, "sentiment")
    try:
        runtime.invoke_endpoint(
            EndpointName=endpoint, Body=QUESTION, ContentType="application/json"
        )
    except runtime.exceptions.ModelError:
        return True
    return False
