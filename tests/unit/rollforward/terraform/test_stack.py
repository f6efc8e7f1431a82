"""Terraform as an operator meets it, played by a small script in its place."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from rollforward.errors import RollforwardError
from rollforward.folders import ROOT
from rollforward.terraform.binary import binary
from rollforward.terraform.cli_configuration import cli_environment
from rollforward.terraform.plans import Change
from rollforward.terraform.provider_mirror import MIRROR, PROVIDER, provider_mirror
from rollforward.terraform.stack import Stack

APPLY = """
import os, sys
from pathlib import Path
from rollforward.terraform.stack import Stack
Stack(Path(sys.argv[1]), os.environ).apply()
"""


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    (tmp_path / "mirror" / PROVIDER).mkdir(parents=True)
    return tmp_path / "mirror"


def terraform(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> Stack:
    """A stack whose Terraform is `script`."""
    program = folder / "some-terraform"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(program))
    if not (folder / "cdk.tf.json").exists():
        (folder / "cdk.tf.json").write_text('{"terraform": {}}')
    return Stack(folder, os.environ)


def planned(
    folder: Path, monkeypatch: pytest.MonkeyPatch, events: list[dict[str, Any]], shown: Any = None
) -> tuple[Stack, Path]:
    """A stack whose plan prints `events` and then is `shown`, and the file that the arguments go to."""
    (folder / "events").write_text("".join(f"{json.dumps(event)}\n" for event in events))
    (folder / "shown.json").write_text(json.dumps(shown))
    script = (
        'echo "$*" >> arguments\ncase $1 in show) cat shown.json ;; plan|apply) cat events ;; esac'
    )
    return terraform(folder, monkeypatch, script), folder / "arguments"


def event(kind: str, said: str, **fields: Any) -> dict[str, Any]:
    return {"@level": "info", "@message": said, "type": kind, **fields}


def planned_change(address: str, action: str) -> dict[str, Any]:
    change = {"resource": {"addr": address}, "action": action}
    return event("planned_change", f"{address}: {action}", change=change)


def planned_outputs(**actions: str) -> dict[str, Any]:
    outputs = {name: {"sensitive": False, "action": action} for name, action in actions.items()}
    return event("outputs", f"Outputs: {len(outputs)}", outputs=outputs)


def left_outputs(**values: str) -> dict[str, Any]:
    outputs = {name: {"sensitive": False, "value": value} for name, value in values.items()}
    return event("outputs", f"Outputs: {len(outputs)}", outputs=outputs)


ROLL = [
    event("version", "Terraform 1.11.4"),
    planned_change("aws_s3_bucket.models", "noop"),
    planned_change("data.aws_ssm_parameter.pointer", "read"),
    planned_change("aws_sagemaker_endpoint.endpoint[0]", "update"),
    planned_change("aws_sagemaker_endpoint_configuration.c", "replace"),
    planned_outputs(registered_model="update", endpoint="noop"),
]
CHANGES = (
    Change("aws_sagemaker_endpoint.endpoint[0]", ("update",)),
    Change("aws_sagemaker_endpoint_configuration.c", ("delete", "create")),
)


def test_a_plan_holds_what_changes_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {
        "output_changes": {
            "registered_model": {"actions": ["update"], "before": "old", "after": "new"},
            "endpoint": {"actions": ["no-op"], "before": "e", "after": "e"},
        },
    }
    stack, arguments = planned(tmp_path, monkeypatch, ROLL, shown)
    plan = stack.plan("-var=current_instances=3")
    assert plan.changes == CHANGES
    assert plan.of_type("aws_sagemaker_endpoint") == [CHANGES[0]]
    assert plan.outputs == {"registered_model": ("old", "new")}
    assert not plan.empty
    assert arguments.read_text().splitlines() == [
        "plan -no-color -input=false -json -out=plan -var=current_instances=3",
        "show -no-color -json plan",
    ]


def test_a_plan_that_is_applied_at_once_returns_changes_and_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = left_outputs(registered_model="new", endpoint="e")
    stack, arguments = planned(tmp_path, monkeypatch, [*ROLL, left])
    done = stack.plan_and_apply("-var=current_instances=3")
    assert (done.changes, done.outputs) == (CHANGES, {"registered_model": (None, "new")})
    assert arguments.read_text().splitlines() == [
        "apply -no-color -input=false -json -auto-approve -var=current_instances=3"
    ]


def test_an_apply_returns_the_outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = left_outputs(registered_model="new", endpoint="e")
    stack, _ = planned(tmp_path, monkeypatch, [event("version", "Terraform 1.11.4"), left])
    assert stack.apply() == {"registered_model": "new", "endpoint": "e"}


def test_the_log_gets_terraforms_events_as_text_while_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = "".join(f"{json.dumps(one)}\n" for one in ROLL[:1])
    (tmp_path / "events").write_text(events)
    stack = terraform(
        tmp_path,
        monkeypatch,
        "cat events; for _ in $(seq 250); do "
        "grep -q '^Terraform 1.11.4$' terraform.log && exit 0; sleep 0.02; done; exit 1",
    )
    stack.apply()


def test_a_plan_without_changes_is_not_shown_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack, arguments = planned(tmp_path, monkeypatch, [planned_outputs(endpoint="noop")])
    assert stack.plan().empty
    assert len(arguments.read_text().splitlines()) == 1


def test_a_plan_that_changes_an_output_alone_is_not_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = {"endpoint": {"actions": ["create"], "before": None, "after": "e"}}
    events = [planned_outputs(endpoint="create")]
    stack, _ = planned(tmp_path, monkeypatch, events, {"output_changes": outputs})
    assert not stack.plan().empty


def test_a_destroy_is_planned_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack, arguments = planned(tmp_path, monkeypatch, [])
    stack.plan("-destroy")
    assert "-destroy" in arguments.read_text().splitlines()[0]


def test_outputs_are_their_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = json.dumps({"endpoint": {"sensitive": False, "type": "string", "value": "e"}})
    assert terraform(tmp_path, monkeypatch, f"echo '{shown}'").outputs() == {"endpoint": "e"}


def test_a_failure_shows_terraforms_own_words_and_names_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = terraform(
        tmp_path, monkeypatch, "echo planning; echo 'Error: no such thing' >&2; exit 1"
    )
    with pytest.raises(RollforwardError) as caught:
        stack.init()
    assert str(caught.value).splitlines() == [
        f"terraform init failed in {tmp_path.name}:",
        "Error: no such thing",
        f"The whole output: {stack.log}",
    ]
    assert "planning\nError: no such thing" in stack.log.read_text()


def test_ctrl_c_reaches_terraform_once_and_waits_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Like Terraform, it takes its time to save its state.
    terraform(
        tmp_path,
        monkeypatch,
        "trap 'echo interrupted >> seen' INT\necho > started\n"
        "for _ in 1 2 3 4 5 6 7 8; do sleep 0.1; done\necho saved >> seen",
    )
    operator = subprocess.Popen(
        [sys.executable, "-c", APPLY, str(tmp_path)],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while not (tmp_path / "started").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    # As a terminal does, to everything that runs in it; and a second time, as the impatient do.
    os.killpg(operator.pid, signal.SIGINT)
    time.sleep(0.3)
    os.killpg(operator.pid, signal.SIGINT)
    _, err = operator.communicate(timeout=30)
    assert (tmp_path / "seen").read_text().splitlines() == ["interrupted", "saved"]
    assert err.strip().endswith("KeyboardInterrupt")


def test_a_missing_terraform_is_an_error_that_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        RollforwardError, match="terraform or tofu is not on the PATH: run `make check`"
    ):
        binary()


def test_opentofu_is_used_where_there_is_no_terraform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "tofu").write_text("")
    (tmp_path / "tofu").chmod(0o755)
    assert binary() == str(tmp_path / "tofu")


def test_a_missing_program_that_the_user_chose_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", "terraform-of-my-own")
    with pytest.raises(RollforwardError, match="terraform-of-my-own is not on the PATH"):
        binary()


def test_the_users_own_configuration_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.rc").write_text("")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "own.rc"))
    assert "TF_CLI_CONFIG_FILE" not in cli_environment(tmp_path / "work")
    assert not (tmp_path / "work").exists()


def test_the_mirror_that_the_user_names_is_where_the_provider_comes_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mirror: Path
) -> None:
    # A file that does not exist is no configuration of the user's.
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "not-there.rc"))
    monkeypatch.setenv(MIRROR, str(mirror))
    assert provider_mirror() == mirror
    written = Path(cli_environment(tmp_path / "work")["TF_CLI_CONFIG_FILE"]).read_text()
    assert f'path    = "{mirror}"' in written
    assert 'exclude = ["registry.terraform.io/hashicorp/aws"]' in written


def test_a_mirror_in_one_of_terraforms_implied_folders_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(MIRROR, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    implied = tmp_path / ".terraform.d" / "plugins"
    (implied / PROVIDER).mkdir(parents=True)
    assert provider_mirror() == implied


def test_a_mirror_without_the_provider_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MIRROR, str(tmp_path))
    with pytest.raises(RollforwardError, match=f"{MIRROR}=.* does not contain {PROVIDER}"):
        provider_mirror()
