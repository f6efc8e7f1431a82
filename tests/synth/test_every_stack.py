import subprocess
import sys
from pathlib import Path

import pytest

from config.schema.settings import load
from main import build_app
from stacks.iam.statement import Statement
from tests.synth.template import Template

# The actions that AWS gives no narrower resource than `*`; each statement says so beside it.
WITHOUT_RESOURCES = {
    "cloudwatch:PutMetricData",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ecr:GetAuthorizationToken",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def test_every_environment_synthesizes(any_environment: dict[str, Template]) -> None:
    assert {"s3", "lambda"} < any_environment.keys()


def test_the_state_is_remote_encrypted_and_locked(any_environment: dict[str, Template]) -> None:
    keys = set()
    for template in any_environment.values():
        backend = template.content["terraform"]["backend"]["s3"]
        assert backend["encrypt"] is True
        assert backend["use_lockfile"] is True
        keys.add(backend["key"])
    assert len(keys) == len(any_environment), "each stack has a state of its own"


def test_another_accounts_credentials_are_refused(any_environment: dict[str, Template]) -> None:
    for template in any_environment.values():
        (provider,) = template.content["provider"]["aws"]
        assert len(provider["allowed_account_ids"]) == 1


def test_everything_is_tagged(dev: dict[str, Template]) -> None:
    for template in dev.values():
        (provider,) = template.content["provider"]["aws"]
        assert provider["default_tags"] == [
            {
                "tags": {"project": "rollforward", "environment": "dev", "owner": "data-science"},
            }
        ]


def test_only_actions_without_resources_are_allowed_on_a_wildcard(
    any_environment: dict[str, Template],
) -> None:
    for template in any_environment.values():
        for statement in template.policies():
            if "*" in statement.get("Resource", []):
                assert set(statement["Action"]) <= WITHOUT_RESOURCES
            assert statement["Effect"] == "Deny" or "*" not in statement["Action"]


def test_a_wildcard_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a wildcard_reason"):
        Statement(actions=["s3:GetObject"], resources=["*"])


def test_no_stack_refers_to_another(any_environment: dict[str, Template]) -> None:
    for template in any_environment.values():
        assert "terraform_remote_state" not in template.text


def test_the_same_config_gives_the_same_bytes(tmp_path: Path) -> None:
    for out in ("one", "two"):
        build_app(load("dev"), outdir=str(tmp_path / out)).synth()
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_a_bad_environment_exits_with_2_and_no_traceback() -> None:
    ran = subprocess.run(
        [sys.executable, "main.py"],
        env={"DEPLOYMENT_ENV": "nowhere", "PATH": "/usr/bin:/bin:/usr/local/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "no environment 'nowhere'" in ran.stderr
    assert "Traceback" not in ran.stderr


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
