"""What Terraform initialises once, and what an error says when Terraform fails."""

import json
from pathlib import Path

import pytest

from rollforward.errors import RollforwardError
from rollforward.terraform.stack import Stack
from tests.unit.rollforward.terraform.test_stack import terraform

LOCKED = """Error message: operation error S3: PutObject, api error PreconditionFailed
Lock Info:
  ID:        1a2b-3c4d
  Path:      states/rollforward/dev/s3.tfstate
  Operation: OperationTypeApply
  Who:       ana@laptop
  Version:   1.11.4
  Created:   2026-11-21 09:00:00.123456 +0000 UTC
  Info:      
"""
INIT = """echo "$*" >> arguments
mkdir -p .terraform/providers/registry/hashicorp/aws/5/linux
printf 'version = 5\\n  hashes = [\\n    "h1:x",\\n  ]\\n' > .terraform.lock.hcl"""


@pytest.fixture
def initialised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """A stack that was initialised, with its provider in place."""
    write_backend(tmp_path, "a")
    stack = terraform(tmp_path, monkeypatch, INIT)
    stack.init()
    return stack


def write_backend(folder: Path, key: str) -> None:
    content = {"terraform": {"backend": {"s3": {"key": key}}}, "resource": {}}
    (folder / "cdk.tf.json").write_text(json.dumps(content))


def write_event(file: Path, diagnostic: dict[str, str]) -> None:
    event = {"@level": "error", "@message": "Error", "type": "diagnostic", "diagnostic": diagnostic}
    file.write_text(f"{json.dumps(event)}\n")


def inits(stack: Stack) -> int:
    return len((stack.folder / "arguments").read_text().splitlines())


def test_a_folder_is_initialised_once(initialised: Stack) -> None:
    initialised.init()
    assert inits(initialised) == 1


def test_a_folder_is_initialised_again_for_another_backend(initialised: Stack) -> None:
    write_backend(initialised.folder, "b")
    initialised.init()
    assert inits(initialised) == 2


def test_a_folder_is_initialised_again_when_its_provider_is_missing(initialised: Stack) -> None:
    (provider,) = (initialised.folder / ".terraform" / "providers").glob("*/*/*/*/*")
    provider.rmdir()
    provider.symlink_to("a-cache-that-was-emptied")
    initialised.init()
    assert inits(initialised) == 2


def test_terraform_does_not_hash_the_installed_provider_with_each_command(
    initialised: Stack,
) -> None:
    assert (initialised.folder / ".terraform.lock.hcl").read_text() == "version = 5\n"


def test_a_plan_that_fails_shows_terraforms_own_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"severity": "error", "summary": "No such bucket", "detail": "It is gone."}
    write_event(tmp_path / "events", found)
    stack = terraform(tmp_path, monkeypatch, "cat events; exit 1")
    with pytest.raises(RollforwardError) as caught:
        stack.plan()
    assert str(caught.value).splitlines() == [
        f"terraform plan failed in {tmp_path.name}:",
        "Error: No such bucket",
        "",
        "It is gone.",
        f"The whole output: {stack.log}",
    ]
    assert "Error: No such bucket" in stack.log.read_text()


@pytest.mark.parametrize("command", ["plan", "apply", "plan_and_apply"])
def test_an_error_about_a_lock_says_who_holds_it_since_when_and_how_to_release_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    found = {"severity": "error", "summary": "Error acquiring the state lock", "detail": LOCKED}
    write_event(tmp_path / "events", found)
    stack = terraform(tmp_path, monkeypatch, "cat events; exit 1")
    with pytest.raises(RollforwardError) as caught:
        getattr(stack, command)()
    assert str(caught.value) == (
        f"the state of {tmp_path.name} is locked: ana@laptop has run `apply` since "
        "2026-11-21 09:00:00.123456 +0000 UTC. Wait until it ends. If it no longer runs, "
        f"release the lock: {tmp_path}/some-terraform -chdir={tmp_path} force-unlock 1a2b-3c4d"
    )


def test_an_error_about_a_missing_state_bucket_names_the_command_that_creates_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = 'Failed to get existing workspaces: S3 bucket "states" does not exist.'
    stack = terraform(tmp_path, monkeypatch, f"echo 'Error: {said}' >&2; exit 1")
    with pytest.raises(
        RollforwardError, match="run `rollforward bootstrap`, then run this command again"
    ):
        stack.init()
