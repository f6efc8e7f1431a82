import json

import pytest

from config.schema.settings import Environment, load
from rollforward.errors import RollforwardError
from rollforward.operations.bootstrap import StateBucket, bootstrap
from tests.unit.rollforward.account import Account

DEV = load("dev")  # us-east-1
PROD = load("prod")  # eu-west-1


def require_safe(aws: Account, environment: Environment) -> None:
    """Everything that makes the bucket fit for state, whoever created it."""
    settings = aws.bucket_settings[environment.state.bucket]
    assert settings["VersioningConfiguration"] == {"Status": "Enabled"}
    encrypted = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
    assert settings["ServerSideEncryptionConfiguration"] == encrypted
    assert settings["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    (statement,) = json.loads(settings["Policy"])["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize(
    ("environment", "location"), [(DEV, None), (PROD, {"LocationConstraint": "eu-west-1"})]
)
def test_a_bucket_is_created_where_the_environment_is(
    aws: Account, environment: Environment, location: dict[str, str] | None
) -> None:
    aws.account = environment.account
    made = bootstrap(environment)
    assert made == StateBucket(environment.state.bucket, environment.region, created=True)
    assert aws.bucket_settings[environment.state.bucket]["location"] == location
    require_safe(aws, environment)


def test_a_bucket_that_exists_gets_its_settings_corrected(aws: Account) -> None:
    aws.owners[DEV.state.bucket] = DEV.account
    assert not bootstrap(DEV).created
    require_safe(aws, DEV)


def test_a_bucket_of_another_account_is_not_changed(aws: Account) -> None:
    aws.owners[DEV.state.bucket] = "999999999999"
    with pytest.raises(RollforwardError, match=r"belongs to another account.*choose another name"):
        bootstrap(DEV)
    assert aws.bucket_settings == {}


def test_another_accounts_credentials_create_nothing(aws: Account) -> None:
    aws.account = PROD.account
    with pytest.raises(RollforwardError) as caught:
        bootstrap(DEV)
    assert str(caught.value) == (
        f"the credentials belong to account {PROD.account}, but environment 'dev' is in account "
        f"{DEV.account}: change the profile or the environment"
    )
    assert aws.bucket_settings == {}
