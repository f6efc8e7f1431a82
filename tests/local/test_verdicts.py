"""What the gate and people decide about versions: v1, then one that is no archive, then v2, which is live."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import names
from examples.sentiment.build import build
from tests.local.deployment import Deployment
from tests.local.snapshots import story_of
from tests.local.stories import approved, history, label, newest, registered, wait_for

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def judged(v2_live: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """For tests that leave what is approved as it is."""
    with story_of(v2_live, tmp_path_factory.mktemp("verdicts")) as deployment:
        yield deployment


def test_a_worse_model_is_refused_with_the_rule_and_both_numbers(
    judged: Deployment, tmp_path: Path
) -> None:
    archive = build("v4", tmp_path)
    ran = judged.deliver(archive, archive.with_name("metrics.json"))
    assert (ran.code, ran.json["status"]) == (1, "Rejected")
    assert "accuracy is 0.6, worse than 0.8, which is live, by more than 0.01" in ran.json["reason"]


def test_a_model_waits_for_its_metrics_and_is_judged_when_they_come(
    judged: Deployment, tmp_path: Path
) -> None:
    archive = build("v4", tmp_path)
    ran = judged.deliver(archive, None, "late")
    assert (ran.code, ran.json["status"]) == (0, "PendingManualApproval")
    s3, bucket = judged.client("s3"), names.model_bucket(judged.environment)
    key = names.metrics_key("sentiment", "late")
    s3.put_object(Bucket=bucket, Key=key, Body=b"accuracy: high")
    wait_for(lambda: "metrics.json is not valid JSON" in newest(judged)["reason"])
    s3.upload_file(str(archive.with_name("metrics.json")), bucket, key)
    wait_for(lambda: newest(judged)["verdict"] == "Rejected")
    assert newest(judged)["metrics"]["accuracy"] == 0.6


@pytest.mark.parametrize(
    ("gate", "status"), [("manual", "PendingManualApproval"), ("automatic", "Approved")]
)
def test_the_other_gates_wait_for_a_person_or_for_nobody(
    judged: Deployment, tmp_path: Path, gate: str, status: str
) -> None:
    ssm, name = judged.client("ssm"), names.settings(judged.environment, "sentiment")
    before = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    # What an apply would write for `approve: manual`, and so on.
    changed = json.dumps(json.loads(before) | {"approve": gate, "rules": []})
    ssm.put_parameter(Name=name, Value=changed, Overwrite=True)
    try:
        ran = judged.deliver(build("v2", tmp_path), None)
    finally:
        ssm.put_parameter(Name=name, Value=before, Overwrite=True)
    assert ran.json["status"] == status
    assert (registered(judged) == ran.json["registered"]) is (status == "Approved")
    assert judged.run("reject", "sentiment", str(newest(judged)["number"])).code == 0
    wait_for(lambda: judged.run("status", "sentiment").code == 0)


def test_the_history_tells_every_version_and_its_verdict(judged: Deployment) -> None:
    versions = history(judged)
    good = [one for one in versions if one["verdict"] == "Approved"]
    assert [one["metrics"]["accuracy"] for one in good] == [0.8, 0.6]
    assert [one["number"] for one in versions if one["is_live"]] == [good[0]["number"]]
    assert [one["number"] for one in versions if one["is_registered"]] == [good[0]["number"]]
    (refused,) = [one for one in versions if one["number"] == 2]
    assert "not a gzipped tar archive" in refused["reason"]


def test_two_versions_are_compared_as_the_gate_would(judged: Deployment) -> None:
    better, worse = [str(one["number"]) for one in approved(judged)]
    ran = judged.run("compare", "sentiment", better, worse, "--json")
    assert ran.code == 0
    assert [one["metric"] for one in ran.json["metrics"]] == ["accuracy", "latency_ms.p95", "f1"]
    assert ran.json["objections"] == [
        "accuracy is 0.6, worse than 0.8, which is live, by more than 0.01"
    ]
    drawn = judged.run("compare", "sentiment", better, worse, "--plot", "accuracy")
    assert drawn.code == 0, drawn.err


def test_what_was_refused_can_not_be_approved(judged: Deployment) -> None:
    ran = judged.run("approve", "sentiment", "2")
    assert ran.code == 1
    assert "nothing to serve" in ran.err


def test_a_version_that_is_not_there_names_those_that_are(judged: Deployment) -> None:
    ran = judged.run("reject", "sentiment", "99")
    assert ran.code == 1
    known = ", ".join(str(one["number"]) for one in history(judged))
    assert f"sentiment has no version 99; it has: {known}" in ran.err


def test_a_revert_goes_back_with_one_command_and_the_pointer_follows_every_later_verdict(
    v2_live: Path, tmp_path: Path
) -> None:
    with story_of(v2_live, tmp_path) as deployment:
        bad, good = approved(deployment)
        ran = deployment.run(
            *("revert", "sentiment", "--to", str(good["number"])),
            *("--reason", "v2 is rude", "--apply", "--json"),
        )
        assert ran.code == 0, ran.err
        assert ran.json["rejected"] == [bad["number"]]
        assert ran.json["registered"] == good["key"]
        assert ran.json["proof"]["verdict"] == "live"
        assert deployment.run("status", "sentiment").code == 0
        assert label(deployment) == "positive"
        reverted = deployment.version(bad["number"])
        assert (reverted["verdict"], reverted["reason"]) == ("Rejected", "v2 is rude")

        assert deployment.run("approve", "sentiment", str(bad["number"])).code == 0
        wait_for(lambda: registered(deployment) == bad["key"])
        assert deployment.run("reject", "sentiment", str(bad["number"])).code == 0
        wait_for(lambda: registered(deployment) == good["key"])
