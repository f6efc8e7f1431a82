"""Makes the bucket that Terraform keeps its state in: the one thing that Terraform can't make for itself."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from config.policies import policy_document, tls_only
from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.errors import RollforwardError

# S3 wants no location for this region, and one for every other.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
REGION_WITHOUT_LOCATION = "us-east-1"


@dataclass(frozen=True)
class StateBucket:
    bucket: str
    region: str
    created: bool


def bootstrap(environment: Environment) -> StateBucket:
    """Create the state bucket if it is not there; versioned, encrypted, TLS only, not public, either way.

    Raises RollforwardError for another account's credentials or another account's bucket.
    """
    clients.require_account(environment)
    bucket = environment.state.bucket
    client = clients.s3(environment)
    created = _create(environment)
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    client.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    client.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    arn = f"arn:{environment.partition.name}:s3:::{bucket}"
    client.put_bucket_policy(Bucket=bucket, Policy=policy_document(tls_only(arn)))
    return StateBucket(bucket, environment.region, created)


def _create(environment: Environment) -> bool:
    client = clients.s3(environment)
    bucket = environment.state.bucket
    try:
        client.head_bucket(Bucket=bucket, ExpectedBucketOwner=environment.account)
        return False
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 403:
            raise RollforwardError(
                f"the bucket {bucket!r} belongs to another account, or the credentials may not read it: "
                "choose another name for state → bucket in the environment's file"
            ) from error
        if status != 404:
            raise
    if environment.region == REGION_WITHOUT_LOCATION:
        client.create_bucket(Bucket=bucket)
    else:
        client.create_bucket(
            Bucket=bucket,
            CreateBucketConfiguration={"LocationConstraint": environment.region},  # type: ignore[typeddict-item]
        )
    return True
