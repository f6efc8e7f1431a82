"""checkov over every environment: what fails is listed, with its reason, in accepted_checks.yaml."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.schema.settings import load
from main import build_app
from tests.synth.conftest import ENVIRONMENT_NAMES

pytestmark = pytest.mark.slow

ACCEPTED = Path(__file__).with_name("accepted_checks.yaml")
CHECKOV = Path(__file__).parents[2] / ".venv-policy" / "bin" / "checkov"
# A copy of dev with faults in it, which shows that the scan would find them.
FAULTY = "faulty"


@dataclass(frozen=True, order=True)
class Check:
    environment: str
    id: str
    resource_type: str
    name: str = ""


@dataclass(frozen=True)
class Scan:
    passed: frozenset[Check]
    failed: frozenset[Check]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    folder = tmp_path_factory.mktemp("policy")
    for name in ENVIRONMENT_NAMES:
        build_app(load(name), outdir=str(folder / name)).synth()
    build_app(load("dev"), outdir=str(folder / FAULTY)).synth()
    _edit(folder / FAULTY, "aws_s3_bucket_public_access_block", _public)
    _edit(folder / FAULTY, "aws_iam_role_policy", _unlimited)
    for stack in folder.glob("*/stacks/*"):
        _write_policies(stack)
    return _read(folder, _checkov(folder))


def test_a_failed_check_is_fixed_or_listed_with_its_reason(scan: Scan) -> None:
    failed = [check for check in sorted(scan.failed) if check.environment != FAULTY]
    found = [check for check in failed if (check.id, check.environment) not in _accepted()]
    assert not found, f"put right, or list in {ACCEPTED.name} with the reason: {found}"


def test_every_listed_check_still_fails(scan: Scan) -> None:
    failed = {(check.id, check.environment) for check in scan.failed}
    stale = _accepted() - failed
    assert not stale, f"take out of {ACCEPTED.name}, for they pass: {sorted(stale)}"


@pytest.mark.parametrize(
    "resource_type",
    [
        "aws_cloudwatch_log_group",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_lambda_function",
        "aws_lambda_permission",
        "aws_s3_bucket",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_sagemaker_endpoint_configuration",
        "aws_sagemaker_model",
        "aws_sns_topic",
        "aws_sns_topic_policy",
        "aws_sqs_queue",
        "aws_ssm_parameter",
    ],
)
def test_resources_of_each_type_are_checked(scan: Scan, resource_type: str) -> None:
    assert {"prod"} <= {
        check.environment for check in scan.passed if check.resource_type == resource_type
    }


@pytest.mark.parametrize(
    ("check", "resource_type"),
    [
        ("CKV2_AWS_6", "aws_s3_bucket"),
        ("CKV_AWS_53", "aws_s3_bucket_public_access_block"),
        ("CKV_AWS_62", "aws_iam_role_policy"),
        ("CKV_AWS_355", "aws_iam_role_policy"),
    ],
)
def test_a_fault_is_found(scan: Scan, check: str, resource_type: str) -> None:
    found = {(made.environment, made.id, made.resource_type) for made in scan.failed}
    assert (FAULTY, check, resource_type) in found


def _accepted() -> set[tuple[str, str]]:
    """(check, environment) of everything on the list."""
    listed = yaml.safe_load(ACCEPTED.read_text("utf-8"))
    assert all(entry["reason"] for entry in listed.values())
    return {
        (check, environment)
        for check, entry in listed.items()
        for environment in entry.get("environments", ENVIRONMENT_NAMES)
    }


def _checkov(folder: Path) -> list[dict[str, Any]]:
    assert CHECKOV.is_file(), f"{CHECKOV} is missing: `make test` installs it"
    ran = subprocess.run(
        [
            *(str(CHECKOV), "--directory", str(folder), "--output", "json", "--compact"),
            *("--framework", "terraform_json", "terraform_plan"),
            *("--soft-fail", "--skip-download"),
        ],
        cwd=folder,
        # No settings, keys or proxies of the user's: the scan is the same everywhere, and offline.
        env={
            "HOME": str(folder),
            "PATH": str(CHECKOV.parent),
            # Its worker processes wait for each other for ever once one has failed.
            "CHECKOV_PARALLELIZATION_TYPE": "none",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    reports: list[dict[str, Any]] = json.loads(ran.stdout)
    assert not any(report["results"]["parsing_errors"] for report in reports)
    return reports


def _read(folder: Path, reports: list[dict[str, Any]]) -> Scan:
    def checks(verdict: str) -> Iterator[Check]:
        for report in reports:
            for found in report["results"][f"{verdict}_checks"]:
                path = Path(found["file_abs_path"])
                resource_type, _, name = found["resource"].partition(".")
                if resource_type == "resource":  # half of checkov's checks leave the type out
                    resource_type = _type_of(name, path.with_name("cdk.tf.json"))
                environment = path.relative_to(folder).parts[0]
                yield Check(environment, found["check_id"], resource_type, found["check_name"])

    return Scan(frozenset(checks("passed")), frozenset(checks("failed")))


def _type_of(name: str, stack: Path) -> str:
    (found,) = (kind for kind, named in _resources(stack).items() if name in named)
    return found


def _write_policies(stack: Path) -> None:
    """Write the policies once more, as the part of a plan that checkov reads them from.

    In a stack's JSON they are text, of which its checks for privilege escalation, data exfiltration and `*`
    resources make nothing: they neither pass nor fail.
    """
    planned = [
        {
            "address": f"{kind}.{name}",
            "mode": "managed",
            "type": kind,
            "name": name,
            "values": {"policy": resource["policy"]},
        }
        for kind, named in _resources(stack / "cdk.tf.json").items()
        for name, resource in named.items()
        if "policy" in resource
    ]
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": [],
        "configuration": {},
    }
    (stack / "policies.json").write_text(json.dumps(plan, indent=2), "utf-8")


def _resources(stack: Path) -> dict[str, dict[str, dict[str, Any]]]:
    return dict(json.loads(stack.read_text("utf-8"))["resource"])


def _edit(environment: Path, kind: str, edit: Callable[[dict[str, Any]], None]) -> None:
    for path in environment.glob("stacks/*/cdk.tf.json"):
        content = json.loads(path.read_text("utf-8"))
        for resource in content["resource"].get(kind, {}).values():
            edit(resource)
        path.write_text(json.dumps(content, indent=2), "utf-8")


def _public(block: dict[str, Any]) -> None:
    block["block_public_acls"] = False


def _unlimited(policy: dict[str, Any]) -> None:
    everything = {"Effect": "Allow", "Action": ["*"], "Resource": ["*"]}
    document = json.loads(policy["policy"])
    policy["policy"] = json.dumps({**document, "Statement": [everything]})
