"""Creates the bucket for Terraform's state, which Terraform cannot create for itself."""

from dataclasses import dataclass

from config.policies import policy_document, tls_only
from config.schema.settings import Environment
from rollforward.aws import state_bucket
from rollforward.aws.account import require_account


@dataclass(frozen=True)
class StateBucket:
    bucket: str
    region: str
    created: bool


def bootstrap(environment: Environment) -> StateBucket:
    """Create the state bucket unless it exists; make it versioned, encrypted, private and TLS-only.

    Raises RollforwardError if the credentials or the bucket belong to another account.
    """
    require_account(environment)
    created = state_bucket.create_if_missing(environment)
    bucket = environment.state.bucket
    arn = f"arn:{environment.partition.name}:s3:::{bucket}"
    state_bucket.secure(environment, policy_document(tls_only(arn)))
    return StateBucket(bucket, environment.region, created)
