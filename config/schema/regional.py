"""What must be in the environment's region: its KMS key, and the images of its models.

The region is in the context of the validation, as `{"region": "us-east-1"}`. Without it, nothing is compared.
Another account is fine for both: its policy decides.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from config.partition import DNS_SUFFIXES, partition_of
from config.schema.rules import worded

KEY_RULE = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/specifying-kms-encryption.html"
IMAGE_RULE = (
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html"
)


def _key_in_region(arn: str, info: ValidationInfo) -> str:
    if region := (info.context or {}).get("region"):
        prefix = f"arn:{partition_of(region).name}:kms:{region}:"
        if not arn.startswith(prefix):
            raise ValueError(
                f"expected a key of the environment's region, whose ARN begins with {prefix}, found "
                f"{arn!r}: {KEY_RULE}"
            )
    return arn


def _image_in_region(uri: str, info: ValidationInfo) -> str:
    if region := (info.context or {}).get("region"):
        host = f".dkr.ecr.{region}.{partition_of(region).dns_suffix}"
        if not uri.partition("/")[0].endswith(host):
            raise ValueError(
                f"expected an image of the environment's region, whose host ends with {host}, found "
                f"{uri!r}: {IMAGE_RULE}"
            )
    return uri


KmsKeyArn = Annotated[
    str,
    worded(
        r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+",
        "the ARN of a KMS key, such as "
        "arn:aws:kms:us-east-1:123456789012:key/1c8ad9e2-6f0b-4c1e-9d53-0f6a2f1f7c10",
    ),
    AfterValidator(_key_in_region),
]
EcrImageUri = Annotated[
    str,
    worded(
        r"[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\."
        rf"({'|'.join(re.escape(suffix) for suffix in DNS_SUFFIXES)})"
        r"/[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9_.-]+|@sha256:[0-9a-f]{64})",
        "an image of ECR with its tag or digest, such as "
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/my-image:1.0",
    ),
    AfterValidator(_image_in_region),
]
