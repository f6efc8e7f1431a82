"""The stack of the model bucket and of the notification that a delivery sends to the registrar."""

from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.s3_bucket_notification import (
    S3BucketNotification,
    S3BucketNotificationLambdaFunction,
)
from constructs import Construct

from config import names
from config.schema.serving import Async, Capture, RealTime
from config.schema.settings import Environment
from stacks.base import RollforwardStack
from stacks.constructs.bucket import SecureBucket
from stacks.iam import arns
from stacks.iam.bucket import pinned_copies_statement


class S3Stack(RollforwardStack):
    """Owns the bucket and its one notification. It refers to the registrar by name."""

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(scope, "s3", environment=environment)
        self.models = SecureBucket(
            self,
            "models",
            name=names.model_bucket(environment),
            arn=arns.model_bucket(environment),
            kms_key_arn=environment.kms_key_arn,
            expiring=_expiring(environment),
            statements=[pinned_copies_statement(environment)],
        )
        permission = LambdaPermission(
            self,
            "permission",
            action="lambda:InvokeFunction",
            function_name=names.registrar(environment),
            principal="s3.amazonaws.com",
            source_arn=self.models.bucket.arn,
            # A bucket's ARN has no account ID: after a bucket is deleted, another account can take its name.
            source_account=environment.account,
        )
        # A bucket has exactly one notification resource: a second one would overwrite this one.
        S3BucketNotification(
            self,
            "deliveries",
            bucket=self.models.bucket.id,
            lambda_function=[
                S3BucketNotificationLambdaFunction(
                    lambda_function_arn=arns.registrar(environment),
                    events=["s3:ObjectCreated:*"],
                    filter_prefix=names.DELIVERED_PREFIX,
                    filter_suffix=f"/{file}",
                )
                for file in (names.ARTIFACT, names.METRICS)
            ],
            # A delivery before versioning would have no version ID.
            depends_on=[permission, self.models.versioning],
        )


def _expiring(environment: Environment) -> dict[str, int]:
    """The days after which what endpoints write to the bucket expires, by prefix."""
    days = {}
    for name, model in environment.models.items():
        match model.serving:
            case Async(keep_days=keep_days):
                days[names.asynchronous_prefix(name)] = keep_days
            case RealTime(capture=Capture(keep_days=keep_days)):
                days[names.captured_prefix(name)] = keep_days
    return days
