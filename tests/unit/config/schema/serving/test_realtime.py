"""What real-time serving refuses."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.config.schema.samples import CHALLENGER, SERVING, refused


@pytest.mark.parametrize(
    ("serving", "expected"),
    [
        (
            {"variants": {f"v{number}": {"traffic_percent": 1} for number in range(10)}},
            " → variants: ",
        ),
        (
            {"variants": {"a": {"traffic_percent": 60}, "b": {"traffic_percent": 41}}},
            " → variants: expected at most 100 percent of the traffic in all, found 101",
        ),
        (
            {"variants": {"a" * 64: CHALLENGER}},
            " → variants → " + "a" * 64,
        ),
        (
            {"variants": {"primary": CHALLENGER}},
            " → variants: primary can't be the name of a variant beside the model",
        ),
        (
            {"variants": {"a": {"traffic_percent": 0.5}}},
            " → variants → a → traffic_percent: expected a whole number, found 0.5",
        ),
        (
            {"variants": {"a": CHALLENGER}, "shadow": {"sampling_percent": 10}},
            ": a shadow goes with the primary variant alone: https://docs.aws",
        ),
        (
            {
                "variants": {"a": CHALLENGER},
                "instances": {"min": 2, "max": 2},
                "rollout": {"kind": "rolling", "batch_percent": 50},
            },
            ": a rolling rollout takes one variant only: https://docs.aws",
        ),
        (
            {
                "shadow": {"sampling_percent": 10, "instances": 2},
                "instances": {"min": 2, "max": 2},
                "rollout": {"kind": "rolling", "batch_percent": 50},
            },
            ": a rolling rollout takes no shadow beside its one variant: https://docs.aws",
        ),
        (
            {"shadow": {"sampling_percent": 0}},
            " → shadow → sampling_percent: expected 1 or more",
        ),
        (
            {
                "shadow": {"sampling_percent": 10, "instances": 1},
                "instances": {"min": 2, "max": 2},
                "rollout": {"kind": "linear", "step_percent": 50},
            },
            ": a linear rollout needs at least 2 instances of each variant, found 1:",
        ),
        (
            {"variants": {"2nd": CHALLENGER}},
            " → variants → 2nd: expected a name that begins with a letter",
        ),
        ({"capture": {"percent": 101}}, " → capture → percent: expected 100 or less"),
        (
            {"network": {"subnets": [], "security_groups": ["sg-0a"]}},
            " → network → subnets: ",
        ),
        (
            {"network": {"subnets": ["subnet-0a"], "security_groups": ["default"]}},
            " → network → security_groups → #1: expected the ID of a security group",
        ),
        ({"instances": {"min": 0}}, " → instances → min: expected 1 or more"),
        (
            {"instance_type": "ml.t2.medium"},
            " → instance_type: ml.t2.medium is burstable, and can not be scaled: https://docs.aws",
        ),
    ],
)
def test_what_real_time_endpoints_do_not_take_together(
    tmp_path: Path, serving: dict[str, Any], expected: str
) -> None:
    assert refused(tmp_path, **serving).startswith(SERVING + expected)
