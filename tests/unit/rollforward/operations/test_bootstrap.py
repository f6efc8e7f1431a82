import json
from typing import Any

import pytest
from botocore.stub import Stubber

from config.schema.settings import Environment, load
from rollforward.errors import RollforwardError
from rollforward.operations.bootstrap import StateBucket, bootstrap
from tests.unit.conftest import Stub

DEV = load("dev")  # us-east-1
PROD = load("prod")  # eu-west-1


def logged_in(stub: Stub, account: str) -> None:
    stub("sts").add_response("get_caller_identity", {"Account": account})


def missing(s3: Stubber) -> None:
    s3.add_client_error("head_bucket", "404", http_status_code=404)


def there(s3: Stubber, environment: Environment) -> None:
    wanted = {"Bucket": environment.state.bucket, "ExpectedBucketOwner": environment.account}
    s3.add_response("head_bucket", {}, wanted)


def settings(s3: Stubber, environment: Environment) -> None:
    """Everything that makes the bucket fit for state, whoever created it."""
    bucket = {"Bucket": environment.state.bucket}
    versioned = {"VersioningConfiguration": {"Status": "Enabled"}}
    s3.add_response("put_bucket_versioning", {}, bucket | versioned)
    encrypted = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    s3.add_response(
        "put_bucket_encryption", {}, bucket | {"ServerSideEncryptionConfiguration": encrypted}
    )
    blocked = dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    s3.add_response(
        "put_public_access_block", {}, bucket | {"PublicAccessBlockConfiguration": blocked}
    )
    s3.add_response("put_bucket_policy", {}, bucket | {"Policy": TlsOnly()})


class TlsOnly:
    """Equal to any policy that denies requests without TLS."""

    def __eq__(self, policy: object) -> bool:
        (statement,) = json.loads(str(policy))["Statement"]
        found: dict[str, Any] = statement["Condition"]
        return statement["Effect"] == "Deny" and found == {"Bool": {"aws:SecureTransport": "false"}}

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("environment", "location"),
    [
        (DEV, {}),
        (PROD, {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}),
    ],
)
def test_a_bucket_is_created_where_the_environment_is(
    stub: Stub, environment: Environment, location: dict[str, Any]
) -> None:
    logged_in(stub, environment.account)
    missing(stub("s3"))
    stub("s3").add_response("create_bucket", {}, {"Bucket": environment.state.bucket} | location)
    settings(stub("s3"), environment)
    made = bootstrap(environment)
    assert made == StateBucket(environment.state.bucket, environment.region, created=True)


def test_a_bucket_that_is_there_gets_its_settings_put_right(stub: Stub) -> None:
    logged_in(stub, DEV.account)
    there(stub("s3"), DEV)
    settings(stub("s3"), DEV)
    assert not bootstrap(DEV).created


def test_somebody_elses_bucket_is_left_alone_and_explained(stub: Stub) -> None:
    logged_in(stub, DEV.account)
    stub("s3").add_client_error("head_bucket", "403", http_status_code=403)
    with pytest.raises(RollforwardError, match=r"belongs to another account.*choose another name"):
        bootstrap(DEV)


def test_another_accounts_credentials_make_nothing(stub: Stub) -> None:
    logged_in(stub, PROD.account)
    with pytest.raises(RollforwardError) as caught:
        bootstrap(DEV)
    assert str(caught.value) == (
        f"the credentials are of account {PROD.account}, environment 'dev' is in {DEV.account}: "
        "switch the profile or the environment"
    )
