"""What a model's `serving` refuses, with AWS's rule and where it stands."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_settings import GOOD, merged, mistakes, model

SERVING = "here.yaml → models → sentiment → serving"


def refused(folder: Path, **serving: Any) -> str:
    (line,) = mistakes(folder, model(serving=serving))
    return line


@pytest.mark.parametrize("kind", ["canary", "linear", "rolling"])
def test_steps_need_two_instances(tmp_path: Path, kind: str) -> None:
    steps = {"canary": "percent", "linear": "step_percent", "rolling": "batch_percent"}
    line = refused(tmp_path, rollout={"kind": kind, steps[kind]: 30})
    assert line.startswith(f"{SERVING}: a {kind} rollout needs at least 2 instances, found 1:")
    assert "docs.aws.amazon.com" in line


@pytest.mark.parametrize(
    "instance_type", ["ml.g5.xlarge", "ml.m5d.large", "ml.g4dn.xlarge", "ml.p4d.24xlarge"]
)
def test_an_instance_with_disks_of_its_own_takes_no_volume(
    tmp_path: Path, instance_type: str
) -> None:
    line = refused(tmp_path, volume_gb=50, instance_type=instance_type)
    assert f"volume_gb does not go with {instance_type}" in line


@pytest.mark.parametrize(
    ("serving", "expected"),
    [
        (
            {"kind": "batch"},
            ": expected 'kind' to be one of 'realtime', 'async', 'serverless', found 'batch'",
        ),
        (
            {"rollout": {"kind": "bluegreen"}},
            " → rollout",
        ),
        (
            {"rollout": {"kind": "canary", "percent": 60}, "instances": {"min": 2}},
            " → rollout → percent: expected less than or equal to 50",
        ),
        (
            {"rollback": {"alarms": ["a"] * 9}},
            " → rollback → alarms",
        ),
        (
            {"scaling": {"schedule": [{"cron": "0 7 * * *", "min": 1, "max": 2}]}},
            " → scaling → schedule → #1 → cron: expected text should match pattern",
        ),
        (
            {"scaling": {"schedule": [{"cron": "0 7 ? * MON *", "min": 3, "max": 2}]}},
            " → scaling → schedule → #1: expected max to be at least min (3), found 2",
        ),
        ({"startup_timeout_seconds": 30}, " → startup_timeout_seconds: expected greater than"),
    ],
)
def test_a_mistake_is_told_where_it_stands(
    tmp_path: Path, serving: dict[str, Any], expected: str
) -> None:
    assert refused(tmp_path, **serving).startswith(SERVING + expected)


def serverless(folder: Path, **serving: Any) -> str:
    """The one mistake of a serverless model; nothing of the real-time one is left."""
    changed = merged(GOOD, {})
    changed["models"] = {"sentiment": dict(GOOD["models"]["sentiment"])}
    changed["models"]["sentiment"]["serving"] = {"kind": "serverless"} | serving
    (line,) = mistakes(folder, {}, base=changed)
    return line


@pytest.mark.parametrize("memory", [512, 1500, 7168])
def test_serverless_memory_comes_in_steps(tmp_path: Path, memory: int) -> None:
    line = serverless(tmp_path, memory_mb=memory, max_concurrency=2)
    assert line.startswith(f"{SERVING}: expected memory_mb to be 1024, 2048,")
    assert f"found {memory}: https://docs.aws.amazon.com" in line


@pytest.mark.parametrize("what", ["instances", "rollout", "scaling", "volume_gb"])
def test_serverless_has_nothing_of_instances(tmp_path: Path, what: str) -> None:
    line = serverless(tmp_path, memory_mb=1024, max_concurrency=2, **{what: {}})
    assert line.startswith(f"{SERVING}: a serverless endpoint has no {what}:")
    assert "https://docs.aws.amazon.com" in line


@pytest.mark.parametrize(
    ("rollout", "minutes"),
    [
        ({"kind": "canary", "percent": 10, "bake_minutes": 30}, 60),
        ({"kind": "linear", "step_percent": 10, "interval_minutes": 5}, 50),
        ({"kind": "rolling", "batch_percent": 5, "interval_minutes": 3}, 60),
    ],
)
def test_a_rollout_ends_before_terraform_gives_up(
    tmp_path: Path, rollout: dict[str, Any], minutes: int
) -> None:
    line = refused(tmp_path, rollout=rollout, instances={"min": 2})
    assert f"the {rollout['kind']} rollout bakes for {minutes} minutes in all" in line
