"""What asynchronous serving refuses."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.config.schema.samples import SERVING, refused_asynchronous


@pytest.mark.parametrize(
    ("serving", "expected"),
    [
        ({"shadow": {}}, ": an asynchronous endpoint has no shadow: https://docs.aws"),
        ({"capture": {}}, ": an asynchronous endpoint has no capture: https://docs.aws"),
        ({"concurrent_invocations": 0}, " → concurrent_invocations: expected 1 or more, found 0"),
        ({"expires_after_seconds": 30}, " → expires_after_seconds: expected 60 or more, found 30"),
        ({"expires_after_seconds": 21601}, " → expires_after_seconds: expected 21600 or less"),
        ({"notify": ["error", "error"]}, " → notify: expected each of them once"),
        ({"notify": ["failure"]}, " → notify → #1: expected 'success' or 'error'"),
        ({"instances": {"min": 3, "max": 2}}, " → instances: expected max to be at least min (3)"),
        (
            {"rollout": {"kind": "canary", "percent": 10}},
            ": a canary rollout needs at least 2 instances of each variant, found 0:",
        ),
        ({"scaling": {"cpu": {}}}, " → scaling → cpu: unknown key; expected one of: scale_in"),
    ],
)
def test_what_asynchronous_endpoints_do_not_take(
    tmp_path: Path, serving: dict[str, Any], expected: str
) -> None:
    assert refused_asynchronous(tmp_path, **serving).startswith(SERVING + expected)
