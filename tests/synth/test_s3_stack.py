import json
from typing import Any

import pytest

from tests.synth.authorization import actions_of
from tests.synth.template import Template

BUCKET = "rollforward-dev-models-123456789012-us-east-1"


def bucket_policy(stack: Template, sid: str) -> dict[str, Any]:
    statements = json.loads(stack.only("aws_s3_bucket_policy")["policy"])["Statement"]
    (found,) = (statement for statement in statements if statement["Sid"] == sid)
    return dict(found)


@pytest.fixture
def stack(dev: dict[str, Template]) -> Template:
    return dev["s3"]


def test_the_bucket_keeps_every_version(stack: Template) -> None:
    assert stack.only("aws_s3_bucket")["bucket"] == BUCKET
    stack.has("aws_s3_bucket_versioning", {"versioning_configuration": {"status": "Enabled"}})


def test_the_bucket_is_encrypted_with_aes256(stack: Template) -> None:
    rule = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    stack.has("aws_s3_bucket_server_side_encryption_configuration", {"rule": [rule]})


def test_the_bucket_is_encrypted_with_the_key_of_the_config(prod: dict[str, Template]) -> None:
    found = prod["s3"].only("aws_s3_bucket_server_side_encryption_configuration")
    (rule,) = found["rule"]
    default = rule["apply_server_side_encryption_by_default"]
    assert default["sse_algorithm"] == "aws:kms"
    assert default["kms_master_key_id"].startswith("arn:aws:kms:eu-west-1:210987654321:key/")
    assert rule["bucket_key_enabled"] is True


def test_nothing_in_the_bucket_is_public(stack: Template) -> None:
    stack.has(
        "aws_s3_bucket_public_access_block",
        {
            "block_public_acls": True,
            "block_public_policy": True,
            "ignore_public_acls": True,
            "restrict_public_buckets": True,
        },
    )


def test_the_bucket_owner_owns_every_object(stack: Template) -> None:
    stack.has(
        "aws_s3_bucket_ownership_controls", {"rule": {"object_ownership": "BucketOwnerEnforced"}}
    )


def test_requests_without_tls_are_denied(stack: Template) -> None:
    statement = bucket_policy(stack, "TlsOnly")
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]


def test_nobody_but_the_registrar_changes_pinned_copies(stack: Template) -> None:
    statement = bucket_policy(stack, "PinnedCopiesStay")
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Resource"] == [f"arn:aws:s3:::{BUCKET}/registered/*"]
    assert statement["Condition"] == {
        "ArnNotEquals": {
            "aws:PrincipalArn": "arn:aws:iam::123456789012:role/rollforward-dev-registrar"
        }
    }


def test_every_action_of_s3_that_changes_an_object_is_denied_on_pinned_copies(
    stack: Template,
) -> None:
    changing = {
        f"s3:{name}"
        for name, action in actions_of("s3").items()
        if "object" in action["resource_types"]
        and action["access_level"] in {"Write", "Tagging", "Permissions management"}
    }
    # They end an unfinished upload, or ask for what the other actions then do.
    harmless = {"s3:AbortMultipartUpload", "s3:InitiateReplication"}
    assert changing - harmless == set(bucket_policy(stack, "PinnedCopiesStay")["Action"])


def test_the_bucket_policy_can_still_be_deleted(stack: Template) -> None:
    assert not any(
        "BucketPolicy" in action for action in bucket_policy(stack, "PinnedCopiesStay")["Action"]
    )


def test_incomplete_uploads_are_aborted_after_seven_days(stack: Template) -> None:
    rule = {
        "status": "Enabled",
        "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
    }
    stack.has("aws_s3_bucket_lifecycle_configuration", {"rule": [rule]})


def test_only_deliveries_and_their_metrics_trigger_the_registrar(stack: Template) -> None:
    functions = stack.only("aws_s3_bucket_notification")["lambda_function"]
    assert functions == [
        {
            "events": ["s3:ObjectCreated:*"],
            "filter_prefix": "models/",
            "filter_suffix": suffix,
            "lambda_function_arn": "arn:aws:lambda:us-east-1:123456789012:function:rollforward-dev-registrar",
        }
        for suffix in ("/model.tar.gz", "/metrics.json")
    ]


def test_only_this_bucket_of_this_account_may_invoke_the_registrar(stack: Template) -> None:
    permission = stack.only("aws_lambda_permission")
    assert permission["principal"] == "s3.amazonaws.com"
    assert permission["source_account"] == "123456789012"
    assert permission["source_arn"].endswith(".arn}")
    assert "aws_s3_bucket." in permission["source_arn"]


def test_the_notification_waits_for_permission_and_versioning(stack: Template) -> None:
    needed = " ".join(stack.only("aws_s3_bucket_notification")["depends_on"])
    assert "aws_lambda_permission." in needed
    assert "aws_s3_bucket_versioning." in needed
