"""An S3 bucket that is versioned, encrypted and private, and that accepts requests over TLS only."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.s3_bucket import S3Bucket
from cdktf_cdktf_provider_aws.s3_bucket_lifecycle_configuration import (
    S3BucketLifecycleConfiguration,
    S3BucketLifecycleConfigurationRule,
    S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload,
    S3BucketLifecycleConfigurationRuleExpiration,
    S3BucketLifecycleConfigurationRuleFilter,
    S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration,
)
from cdktf_cdktf_provider_aws.s3_bucket_ownership_controls import (
    S3BucketOwnershipControls,
    S3BucketOwnershipControlsRule,
)
from cdktf_cdktf_provider_aws.s3_bucket_policy import S3BucketPolicy
from cdktf_cdktf_provider_aws.s3_bucket_public_access_block import S3BucketPublicAccessBlock
from cdktf_cdktf_provider_aws.s3_bucket_server_side_encryption_configuration import (
    S3BucketServerSideEncryptionConfigurationA,
    S3BucketServerSideEncryptionConfigurationRuleA,
    S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA,
)
from cdktf_cdktf_provider_aws.s3_bucket_versioning import (
    S3BucketVersioningA,
    S3BucketVersioningVersioningConfiguration,
)
from constructs import Construct

from config.policies import policy_document, tls_only
from stacks.iam.statement import Statement


class SecureBucket(Construct):
    """`bucket`, its `versioning`, and the settings that keep it encrypted, private and tidy."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        arn: str,
        kms_key_arn: str | None,
        statements: Sequence[Statement],
        expiring: Mapping[str, int],
    ) -> None:
        """Without a KMS key, S3 encrypts with AES256.

        `statements` are added to the bucket policy, which always requires TLS. `expiring` holds the days
        after which objects are deleted, by prefix.
        """
        super().__init__(scope, id_)
        self.bucket = S3Bucket(self, "bucket", bucket=name)
        self.versioning = S3BucketVersioningA(
            self,
            "versioning",
            bucket=self.bucket.id,
            versioning_configuration=S3BucketVersioningVersioningConfiguration(status="Enabled"),
        )
        self._encrypt(kms_key_arn)
        self._restrict_access(arn, statements)
        self._expire(expiring)

    def _encrypt(self, kms_key_arn: str | None) -> None:
        S3BucketServerSideEncryptionConfigurationA(
            self,
            "encryption",
            bucket=self.bucket.id,
            rule=[
                S3BucketServerSideEncryptionConfigurationRuleA(
                    apply_server_side_encryption_by_default=S3BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultA(
                        sse_algorithm="aws:kms" if kms_key_arn else "AES256",
                        kms_master_key_id=kms_key_arn,
                    ),
                    # Fewer calls to KMS, which bills and throttles by the call.
                    bucket_key_enabled=bool(kms_key_arn),
                )
            ],
        )

    def _restrict_access(self, arn: str, statements: Sequence[Statement]) -> None:
        S3BucketOwnershipControls(
            self,
            "ownership",
            bucket=self.bucket.id,
            rule=S3BucketOwnershipControlsRule(object_ownership="BucketOwnerEnforced"),
        )
        public_access = S3BucketPublicAccessBlock(
            self,
            "public_access",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
        )
        S3BucketPolicy(
            self,
            "policy",
            bucket=self.bucket.id,
            policy=policy_document(tls_only(arn), *(one.as_json() for one in statements)),
            # S3 refuses both at the same time: "A conflicting conditional operation is in progress".
            depends_on=[public_access],
        )

    def _expire(self, expiring: Mapping[str, int]) -> None:
        S3BucketLifecycleConfiguration(
            self,
            "lifecycle",
            bucket=self.bucket.id,
            rule=[
                S3BucketLifecycleConfigurationRule(
                    id="abort-incomplete-uploads",
                    status="Enabled",
                    filter=[S3BucketLifecycleConfigurationRuleFilter(prefix="")],
                    abort_incomplete_multipart_upload=[
                        S3BucketLifecycleConfigurationRuleAbortIncompleteMultipartUpload(
                            days_after_initiation=7
                        )
                    ],
                ),
                *(_expiry_rule(prefix, days) for prefix, days in expiring.items()),
            ],
            depends_on=[self.versioning],
        )


def _expiry_rule(prefix: str, days: int) -> S3BucketLifecycleConfigurationRule:
    return S3BucketLifecycleConfigurationRule(
        id=f"expire-{prefix.rstrip('/').replace('/', '-')}",
        status="Enabled",
        filter=[S3BucketLifecycleConfigurationRuleFilter(prefix=prefix)],
        expiration=[S3BucketLifecycleConfigurationRuleExpiration(days=days)],
        # In a versioned bucket, expiration alone only adds a delete marker.
        noncurrent_version_expiration=[
            S3BucketLifecycleConfigurationRuleNoncurrentVersionExpiration(noncurrent_days=1)
        ],
    )
