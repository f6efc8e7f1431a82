"""Help, and mistakes in what a user types: they need no AWS, and exit with code 2."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from rollforward.cli.app import app
from tests.unit.rollforward.typed import typed

COMMANDS = [
    *("demo", "local", "bootstrap", "deliver", "status", "invoke"),
    *("history", "compare", "approve", "reject", "revert", "prove"),
]


@pytest.fixture
def archive(tmp_path: Path) -> str:
    (tmp_path / "model.tar.gz").write_bytes(b"an archive")
    return str(tmp_path / "model.tar.gz")


def show_help(*command: str) -> str:
    ran = CliRunner().invoke(app, [*command, "--help"], prog_name="rollforward", color=False)
    assert ran.exit_code == 0
    return ran.stdout


def fail(*arguments: str) -> str:
    """The one message of a command that exits with code 2."""
    ran = typed(app, *arguments)
    assert ran.code == 2, ran.out + ran.err
    assert ran.err.startswith("error: ")
    assert ran.err.count("error: ") == 1
    assert not ran.out
    return ran.err.removeprefix("error: ").strip()


def test_help_names_every_command() -> None:
    shown = show_help()
    assert [command for command in COMMANDS if command not in shown] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_json(command: str) -> None:
    shown = show_help(command)
    assert f"rollforward {command}" in shown
    assert "--json" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["local"],
        ["bootstrap"],
        ["status"],
        ["invoke", "sentiment", "{}"],
        ["compare", "sentiment", "1", "2"],
        ["prove"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_an_unknown_environment_is_the_users_mistake(arguments: list[str]) -> None:
    said = fail(*arguments, "--env", "nowhere")
    assert said.startswith("no environment 'nowhere'")
    assert said.endswith("there are: dev, prod, staging")


def test_the_environment_is_that_of_deployment_env(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOYMENT_ENV", "nowhere")
    assert fail("status").startswith("no environment 'nowhere'")


def test_an_unknown_model_is_the_users_mistake(archive: str) -> None:
    expected = "environment 'dev' has no model 'other'; it has: sentiment"
    for arguments in (
        ["status", "other"],
        ["invoke", "other", "{}"],
        ["deliver", "other", archive],
        ["compare", "other", "1", "2"],
        ["approve", "other", "1"],
    ):
        assert fail(*arguments) == expected


def test_a_missing_archive_is_the_users_mistake() -> None:
    said = fail("deliver", "sentiment", "no/such/model.tar.gz")
    assert said == "there is no file 'no/such/model.tar.gz' to deliver"


def test_missing_metrics_are_the_users_mistake(archive: str) -> None:
    said = fail("deliver", "sentiment", archive, "--metrics", "no/such/metrics.json")
    assert said == "cannot read 'no/such/metrics.json': No such file or directory"


def test_a_request_cannot_be_given_twice(archive: str) -> None:
    said = fail("invoke", "sentiment", "{}", "--file", archive)
    assert said == "give the request as an argument or with --file, not both"


def test_a_request_that_can_not_be_read_is_the_users_mistake() -> None:
    said = fail("invoke", "sentiment", "--file", "no/such/request.json")
    assert said == "cannot read 'no/such/request.json': No such file or directory"
