"""The S3 bucket that Terraform keeps its state in."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from config.schema.settings import Environment
from rollforward.aws import clients
from rollforward.aws.errors import translate_errors
from rollforward.errors import RollforwardError

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CreateBucketRequestTypeDef

# CreateBucket accepts no location for this region, and requires one for every other region.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
REGION_WITHOUT_LOCATION = "us-east-1"


@translate_errors()
def create_if_missing(environment: Environment) -> bool:
    """Create the bucket unless it exists; return whether it was created.

    Raises RollforwardError if the bucket belongs to another account.
    """
    client, bucket = clients.s3(environment.region), environment.state.bucket
    try:
        client.head_bucket(Bucket=bucket, ExpectedBucketOwner=environment.account)
        return False
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 403:
            raise RollforwardError(
                f"the bucket {bucket!r} belongs to another account, or the credentials do not allow reading "
                "it: choose another name for state → bucket in the environment's file"
            ) from error
        if status != 404:
            raise
    request: CreateBucketRequestTypeDef = {"Bucket": bucket}
    if environment.region != REGION_WITHOUT_LOCATION:
        request["CreateBucketConfiguration"] = {
            "LocationConstraint": environment.region  # type: ignore[typeddict-item]
        }
    client.create_bucket(**request)
    return True


@translate_errors()
def secure(environment: Environment, policy: str) -> None:
    """Enable versioning and encryption, block public access, and set the bucket policy."""
    client, bucket = clients.s3(environment.region), environment.state.bucket
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
    client.put_bucket_policy(Bucket=bucket, Policy=policy)
