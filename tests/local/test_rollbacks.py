"""Rolls that SageMaker rolls back: what is live, who is told, and where the pointer goes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config import names
from localcloud.behaviour import Behaviour
from tests.local.deployment import Deployment, packed
from tests.local.snapshots import story_of
from tests.local.stories import (
    GOOD_METRICS,
    assert_nothing_to_do,
    deliver,
    label,
    newest,
    registered,
    status,
    wait_for,
)

pytestmark = pytest.mark.timeout(900)

# Bad rolls end early, with an alarm. The prover of a new cloud starts for the first time while the
# configuration bakes, which takes many seconds on a busy machine.
LONG_BAKE = Behaviour(baking_seconds=40)


@pytest.fixture
def deployment(v1_live: Path, tmp_path: Path) -> Iterator[Deployment]:
    with story_of(v1_live, tmp_path / "story", LONG_BAKE) as deployment:
        yield deployment


def test_a_model_that_does_not_start_is_rolled_back_and_rejected_with_nobody_watching(
    deployment: Deployment, tmp_path: Path
) -> None:
    before = status(deployment)
    broken = packed(tmp_path, "def model_fn(model_dir): raise RuntimeError('no weights')")
    delivered = deployment.deliver(broken, GOOD_METRICS).json["registered"]
    deployment.roll_that_is_rolled_back()

    after = status(deployment)
    assert after["live"] == before["live"]
    assert after["asked_for"] == delivered
    assert "no weights" in after["failure"]
    assert label(deployment) == "positive"

    wait_for(lambda: registered(deployment) == before["live"])
    rejected = newest(deployment)
    assert rejected["verdict"] == "Rejected"
    assert rejected["reason"].startswith("Rolled back by SageMaker:")

    # A proof still tells of it.
    ran = deployment.run("prove", "sentiment", "--json")
    assert ran.code == 1
    (proof,) = ran.json
    assert proof["verdict"] == "rolled back"
    assert proof["registered"] == proof["live"]
    assert len(proof["rejected"]) == 1

    # The next apply has nothing to roll, and is proven.
    deployment.roll()
    ran = deployment.run("prove", "--json")
    assert (ran.code, ran.json[0]["verdict"]) == (0, "live"), ran.err
    assert_nothing_to_do(deployment)


def test_a_model_that_crashes_on_its_smoke_request_is_rolled_back_in_the_same_apply(
    deployment: Deployment, tmp_path: Path
) -> None:
    before = registered(deployment)
    deliver(deployment, "v5", tmp_path)
    deployment.roll_that_is_rolled_back()
    wait_for(lambda: registered(deployment) == before)
    assert newest(deployment)["verdict"] == "Rejected"
    assert "our_tokenizer" in newest(deployment)["reason"]
    ran = deployment.run("prove", "--json")
    assert (ran.code, ran.json[0]["verdict"]) == (1, "rolled back")
    assert ran.json[0]["registered"] == before
    assert label(deployment) == "positive"

    # The next good model rolls forward past the broken one, and subscribers are told of all of it.
    deliver(deployment, "v2", tmp_path)
    deployment.roll()
    assert deployment.run("status", "sentiment").code == 0
    assert label(deployment) == "negative"
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(b"no archive")
    assert deployment.deliver(bad, None, "bad").code == 1
    wait_for(lambda: {"registered", "refused", "rolled back", "live"} <= set(deployment.told()))


def test_a_roll_back_that_no_event_reports_is_rejected_by_the_apply_that_sees_it(
    deployment: Deployment, tmp_path: Path
) -> None:
    """The rule is disabled, so that no event reaches the prover."""
    before = registered(deployment)
    deployment.client("events").disable_rule(Name=names.endpoint_rule(deployment.environment))
    broken = packed(tmp_path, "def model_fn(model_dir): raise RuntimeError('no head')")
    deployment.deliver(broken, GOOD_METRICS)
    deployment.roll_that_is_rolled_back()

    # Terraform's state alone does not say whether SageMaker took the update.
    ran = deployment.run("prove", "--json")
    assert (ran.code, ran.json[0]["verdict"]) == (1, "not applied")
    assert (ran.json[0]["live"], ran.json[0]["rejected"]) == (before, [])
    assert newest(deployment)["verdict"] == "Approved"

    ran = deployment.run("apply", "sentiment", "--yes", "--json")
    assert ran.code == 1
    (proof,) = ran.json["proofs"]
    assert (proof["verdict"], proof["registered"], proof["live"]) == ("rolled back", before, before)
    assert newest(deployment)["verdict"] == "Rejected"
