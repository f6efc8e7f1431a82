"""What goes live is what a person reviewed."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from rollforward.operations.apply import run
from tests.unit.rollforward.operations.apply.stacks import (
    Start,
    applies_of_a,
    journal,
    refuse,
    results,
    reviewed,
)


def plans(tmp_path: Path, action: str, outputs: Mapping[str, tuple[str, str]]) -> None:
    """Let the plan of `a` have this action on its endpoint, and these outputs' (before, after)."""
    change = {"resource": {"addr": "aws_sagemaker_endpoint.x"}, "action": action}
    events = [
        {"@level": "info", "@message": "", "type": "planned_change", "change": change},
        {
            "@level": "info",
            "@message": "",
            "type": "outputs",
            "outputs": {name: {"action": "update"} for name in outputs},
        },
    ]
    lines = "".join(f"{json.dumps(event)}\n" for event in events)
    (tmp_path / "says-plan-a").write_text(lines)
    shown = {name: {"before": was, "after": will} for name, (was, will) in outputs.items()}
    (tmp_path / "says-show-a").write_text(json.dumps({"output_changes": shown}))


@pytest.mark.parametrize(
    ("in_the_state", "planned_later", "result"),
    [
        # The failed apply wrote the outputs, or it did not.
        ({"registered_model": "v4"}, None, "applied"),
        ({"registered_model": "v3"}, {"registered_model": ("v3", "v4")}, "applied"),
        ({"registered_model": "v4"}, {"registered_model": ("v4", "v5")}, "failed"),
        ({"registered_model": "v3"}, {"registered_model": ("v3", "v5")}, "failed"),
    ],
)
def test_a_version_that_is_approved_during_the_apply_does_not_go_live_without_a_review(
    start: Start,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_the_state: dict[str, str],
    planned_later: dict[str, tuple[str, str]] | None,
    result: str,
) -> None:
    def later() -> None:
        plans(tmp_path, "create", planned_later or {})
        values = {name: {"value": value} for name, value in in_the_state.items()}
        (tmp_path / "says-output-a").write_text(json.dumps(values))

    refuse(tmp_path, monkeypatch, "Cannot create already existing endpoint", "Absent", then=later)
    work = start("a")
    plans(tmp_path, "replace", {"registered_model": ("v3", "v4")})
    reviewed(work)
    job = work.jobs[2]
    assert job.result == result, job.error
    assert applies_of_a(tmp_path) == (2 if result == "applied" else 1)
    if result == "failed":
        assert "registered_model: approved v4, now v5" in str(job.error)
        assert "There is no endpoint until the next apply." in str(job.error)
        assert str(job.error).endswith("rollforward apply a --env dev")


def test_a_change_that_was_not_in_the_approved_plan_is_not_applied(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(
        tmp_path,
        monkeypatch,
        "Cannot update in-progress endpoint",
        "InService",
        then=lambda: plans(tmp_path, "replace", {}),
    )
    work = start("a")
    plans(tmp_path, "update", {})
    reviewed(work)
    assert work.jobs[2].result == "failed"
    assert "delete and create aws_sagemaker_endpoint.x: not approved" in str(work.jobs[2].error)


def test_nothing_is_applied_without_a_yes(start: Start, tmp_path: Path) -> None:
    work = start("a")
    run.apply_after_review(work, lambda _: False)
    assert set(results(work).values()) == {"declined"}
    assert journal(tmp_path, "apply") == []
