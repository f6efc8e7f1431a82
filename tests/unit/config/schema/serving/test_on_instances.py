"""What real-time and asynchronous serving refuse, with AWS's rule and its page."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from config.schema.settings import load
from tests.unit.config.schema.samples import GOOD, SERVING, merged, model, refused


@pytest.mark.parametrize("kind", ["canary", "linear", "rolling"])
def test_steps_need_two_instances(tmp_path: Path, kind: str) -> None:
    steps = {"canary": "percent", "linear": "step_percent", "rolling": "batch_percent"}
    line = refused(tmp_path, rollout={"kind": kind, steps[kind]: 30})
    assert line.startswith(
        f"{SERVING}: a {kind} rollout needs at least 2 instances of each variant, found 1:"
    )
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
            " → kind: expected one of 'realtime', 'async', 'serverless', found 'batch'",
        ),
        (
            {"rollout": {"kind": "bluegreen"}},
            " → rollout",
        ),
        (
            {"rollout": {"kind": "canary", "percent": 60}, "instances": {"min": 2}},
            " → rollout → percent: expected 50 or less, found 60",
        ),
        (
            {"rollback": {"alarms": ["a"] * 9}},
            " → rollback → alarms",
        ),
        (
            {"scaling": {"schedule": [{"cron": "0 7 * * *", "min": 1, "max": 2}]}},
            " → scaling → schedule → #1 → cron: expected 6 fields (minutes, hours, ",
        ),
        (
            {"scaling": {"schedule": [{"cron": "0 7 * * MON-FRI *", "min": 1, "max": 2}]}},
            " → scaling → schedule → #1 → cron: expected a question mark either as day of month or",
        ),
        (
            {"scaling": {"schedule": [{"cron": "0 7 ? * MON *", "min": 3, "max": 2}]}},
            " → scaling → schedule → #1: expected max to be at least min (3), found 2",
        ),
        ({"startup_timeout_seconds": 30}, " → startup_timeout_seconds: expected 60 or more"),
    ],
)
def test_a_mistake_is_reported_with_its_keys(
    tmp_path: Path, serving: dict[str, Any], expected: str
) -> None:
    assert refused(tmp_path, **serving).startswith(SERVING + expected)


@pytest.mark.parametrize(
    ("rollout", "expected"),
    [
        (
            {"kind": "canary", "percent": 10, "bake_minutes": 30},
            "expected bake_minutes to be 22 or less, found 30: its 2 bakes",
        ),
        (
            {"kind": "linear", "step_percent": 10},
            "expected interval_minutes to be 4 or less, found 5: its 10 bakes",
        ),
        (
            {"kind": "rolling", "batch_percent": 5, "interval_minutes": 3},
            "expected interval_minutes to be 2 or less, found 3: its 20 bakes",
        ),
    ],
)
def test_a_rollout_ends_before_terraform_gives_up(
    tmp_path: Path, rollout: dict[str, Any], expected: str
) -> None:
    line = refused(tmp_path, rollout=rollout, instances={"min": 2})
    assert line.startswith(f"{SERVING} → rollout: {expected} may take 45 minutes in total")


@pytest.mark.parametrize(
    ("rollout", "found", "shortest"),
    [
        ({"kind": "all-at-once"}, {"bake_minutes": 0}, 3),
        ({"kind": "all-at-once"}, {"bake_minutes": 2}, 3),
        ({"kind": "canary", "percent": 10}, {"bake_minutes": 1}, 2),
        ({"kind": "canary", "percent": 1}, {"bake_minutes": 2}, 4),
        ({"kind": "linear", "step_percent": 50}, {"interval_minutes": 1}, 2),
        ({"kind": "rolling", "batch_percent": 50}, {"interval_minutes": 0}, 2),
    ],
)
def test_a_rollout_bakes_long_enough_for_a_failed_smoke_request_to_roll_back(
    tmp_path: Path, rollout: dict[str, Any], found: dict[str, int], shortest: int
) -> None:
    line = refused(tmp_path, rollout=rollout | found, instances={"min": 2, "max": 2})
    ((key, minutes),) = found.items()
    assert f" → rollout: expected {key} to be {shortest} or more, found {minutes}: " in line
    accepted = {"rollout": rollout | {key: shortest}, "instances": {"min": 2, "max": 2}}
    (tmp_path / "here.yaml").write_text(yaml.safe_dump(merged(GOOD, model(serving=accepted))))
    assert load("here", tmp_path)


@pytest.mark.parametrize(
    ("rollout", "expected"),
    [
        ({"rollout": {"kind": "canary", "percent": 10}}, "ml.inf1.xlarge rolls all at once only"),
        ({"shadow": {"sampling_percent": 10}}, "ml.inf1.xlarge takes no shadow"),
    ],
)
def test_inferentia_has_no_guardrails_and_no_shadows(
    tmp_path: Path, rollout: dict[str, Any], expected: str
) -> None:
    inferentia = {"instance_type": "ml.inf1.xlarge", "instances": {"min": 2, "max": 2}}
    assert expected in refused(tmp_path, **inferentia, **rollout)
