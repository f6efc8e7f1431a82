"""Progress on stderr: frames are for terminals only."""

from pathlib import Path

import pytest

from rollforward.cli.app import app
from rollforward.cli.apply_progress import ApplyProgress
from rollforward.operations.apply.stack_job import PLANNING
from tests.unit.rollforward.account import MODEL, V1, V2, Account, package
from tests.unit.rollforward.typed import typed

HIDE_CURSOR = "\x1b[?25l"


@pytest.mark.parametrize("command", ["deliver", "prove", "revert"])
def test_a_pipe_gets_no_frames_even_with_forced_colors(
    aws: Account, command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    versions = package(2, key=V2, delivery_version_id="mine"), package(1, key=V1)
    aws.register(*versions, registered=V2, live=V2)
    aws.prover_says("live", live=V2, asked=V2)
    archive = tmp_path / "model.tar.gz"
    archive.write_bytes(b"an archive")
    ran = typed(app, command, MODEL, *([str(archive)] if command == "deliver" else []))
    assert ran.code == 0
    assert HIDE_CURSOR not in ran.err
    assert "waiting for" not in ran.err
    assert "proving" not in ran.err


def test_an_apply_without_a_terminal_prints_one_line_a_step_even_with_forced_colors(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with ApplyProgress() as progress:
        progress.report("dev-s3", PLANNING)
    assert capsys.readouterr().err == "dev-s3: planning\n"
