"""What a model's `serving` refuses, with AWS's rule and where it stands."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_settings import mistakes, model

SERVING = "here.yaml → models → sentiment → serving"


def refused(folder: Path, **serving: Any) -> str:
    (line,) = mistakes(folder, model(serving=serving))
    return line


@pytest.mark.parametrize("kind", ["canary", "linear", "rolling"])
def test_steps_need_two_instances(tmp_path: Path, kind: str) -> None:
    steps = {"canary": "percent", "linear": "step_percent", "rolling": "batch_percent"}
    line = refused(tmp_path, rollout={"kind": kind, steps[kind]: 10})
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
        ({"kind": "batch"}, " → kind: expected 'realtime', found 'batch' (str)"),
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
