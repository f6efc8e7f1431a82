"""Permissions of callers: the local cloud refuses what IAM refuses."""

import json
from typing import Any

import pytest

from tests.local.localcloud.account import (
    ACCOUNT,
    ARTIFACT,
    BUCKET,
    EVERYTHING,
    GROUP,
    IMAGE,
    KEY,
    PULLS,
    READS,
    READS_IMAGE,
    REGISTERS,
    Account,
    refusal,
    register,
    sagemaker_arn,
)


def test_an_operation_that_no_statement_allows_is_refused_with_iams_message(
    account: Account,
) -> None:
    sagemaker = account.assume(REGISTERS)("sagemaker")
    message = refusal(sagemaker.describe_endpoint, EndpointName="e")
    assert message.startswith(f"AccessDeniedException: User: arn:aws:sts::{ACCOUNT}:assumed-role/")
    assert message.endswith(
        "is not authorized to perform: sagemaker:DescribeEndpoint on resource: "
        f"{sagemaker_arn('endpoint/e')} because no identity-based policy allows the "
        "sagemaker:DescribeEndpoint action"
    )


def test_an_explicit_deny_overrides_an_allow(account: Account) -> None:
    deny = {"Effect": "Deny", "Action": "sagemaker:List*", "Resource": "*"}
    sagemaker = account.assume(EVERYTHING, deny)("sagemaker")
    message = refusal(sagemaker.list_model_packages, ModelPackageGroupName=GROUP)
    assert "with an explicit deny in an identity-based policy" in message


def test_an_unknown_access_key_is_refused(account: Account) -> None:
    stranger = {"AccessKeyId": "ASIAUNKNOWN", "SecretAccessKey": "x", "SessionToken": "y"}
    sagemaker = account.client("sagemaker", stranger)
    assert refusal(sagemaker.list_models).startswith("UnrecognizedClientException")


def test_a_condition_on_the_approval_status_allows_only_that_status(account: Account) -> None:
    condition = {"StringEquals": {"sagemaker:ModelApprovalStatus": "Rejected"}}
    rejects = {
        "Effect": "Allow",
        "Action": "sagemaker:UpdateModelPackage",
        "Resource": sagemaker_arn(f"model-package/{GROUP}/*"),
        "Condition": condition,
    }
    version = register(account.sagemaker)["ModelPackageArn"]
    sagemaker = account.assume(rejects)("sagemaker")
    message = refusal(
        sagemaker.update_model_package, ModelPackageArn=version, ModelApprovalStatus="Approved"
    )
    assert "sagemaker:UpdateModelPackage" in message
    sagemaker.update_model_package(ModelPackageArn=version, ModelApprovalStatus="Rejected")


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        ([REGISTERS, READS_IMAGE], f"Access denied for bucket: {BUCKET}, object key: {KEY}."),
        ([REGISTERS, READS], "not authorized to perform: ecr:BatchGetImage"),
        ([READS, READS_IMAGE], "not authorized to perform: sagemaker:CreateModelPackage"),
    ],
)
def test_only_a_caller_who_may_read_artifact_and_image_registers_a_version(
    account: Account, statements: list[Any], reason: str
) -> None:
    assert reason in refusal(register, account.assume(*statements)("sagemaker"))
    assert register(account.assume(REGISTERS, READS, READS_IMAGE)("sagemaker"))


@pytest.mark.parametrize(
    ("statements", "trust"),
    [
        (PULLS, None),
        ([EVERYTHING], {"Principal": {"Service": "lambda.amazonaws.com"}}),
        (
            [EVERYTHING],
            {
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Condition": {"StringEquals": {"aws:SourceAccount": "999999999999"}},
            },
        ),
    ],
    ids=["a role that may not read", "a role of another service", "a role of another account"],
)
def test_a_model_is_refused_with_a_role_that_cannot_read_its_artifact(
    account: Account, statements: list[Any], trust: Any
) -> None:
    role = account.role(*statements, trust=trust)
    message = refusal(account.model, role)
    assert f"Could not access model data at s3://{BUCKET}/{KEY}. Please ensure" in message
    assert role in message


def test_the_caller_who_creates_a_model_must_be_allowed_to_pass_its_role(account: Account) -> None:
    creates = {"Effect": "Allow", "Action": "sagemaker:CreateModel", "Resource": "*"}
    role = account.role(EVERYTHING)
    sagemaker = account.assume(creates)("sagemaker")
    message = refusal(
        sagemaker.create_model,
        ModelName="m",
        ExecutionRoleArn=role,
        PrimaryContainer={"Image": IMAGE},
    )
    assert f"not authorized to perform: iam:PassRole on resource: {role}" in message


def test_every_decision_is_recorded_with_the_statements_that_allowed_it(account: Account) -> None:
    account.assume(READS)("s3").head_object(Bucket=BUCKET, Key=KEY)
    lines = map(json.loads, account.decisions.read_text("utf-8").splitlines())
    decision = [line for line in lines if line.get("action") == "s3:GetObject"][-1]
    assert ":assumed-role/" in decision["principal"]
    assert (decision["resource"], decision["decision"]) == (ARTIFACT, "Allow")
    assert decision["statements"] == [
        {"Action": ["s3:GetObject"], "Resource": [ARTIFACT], "Condition": {}}
    ]
