"""What serverless serving refuses."""

from pathlib import Path

import pytest

from tests.unit.config.schema.samples import CHALLENGER, SERVING, refused_serverless


@pytest.mark.parametrize("memory", [512, 1500, 7168])
def test_serverless_memory_comes_in_steps(tmp_path: Path, memory: int) -> None:
    line = refused_serverless(tmp_path, memory_mb=memory, max_concurrency=2)
    assert line.startswith(f"{SERVING}: expected memory_mb to be 1024, 2048,")
    assert f"found {memory}: https://docs.aws.amazon.com" in line


@pytest.mark.parametrize("what", ["instances", "rollout", "scaling", "volume_gb"])
def test_serverless_takes_no_settings_of_instances(tmp_path: Path, what: str) -> None:
    line = refused_serverless(tmp_path, memory_mb=1024, max_concurrency=2, **{what: {}})
    assert line.startswith(f"{SERVING}: a serverless endpoint has no {what}:")
    assert "https://docs.aws.amazon.com" in line


def test_serverless_takes_one_variant_and_says_why(tmp_path: Path) -> None:
    line = refused_serverless(
        tmp_path, memory_mb=1024, max_concurrency=2, variants={"a": CHALLENGER}
    )
    assert line.startswith(f"{SERVING}: a serverless endpoint has one variant, the primary")
    assert "https://docs.aws.amazon.com" in line


def test_serverless_provisions_no_more_than_it_may_use(tmp_path: Path) -> None:
    line = refused_serverless(
        tmp_path, memory_mb=1024, max_concurrency=2, provisioned={"min": 1, "max": 3}
    )
    assert line.startswith(f"{SERVING}: expected provisioned.max to be at most max_concurrency (2)")
