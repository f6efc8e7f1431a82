"""What the registrar may do: read deliveries, pin copies, record versions, move pointers. Nothing else."""

from config import names
from config.settings import Environment
from stacks import arns
from stacks.constructs.policy import Statement


def registrar_statements(environment: Environment) -> list[Statement]:
    """Each by name; `*` within a name stands for any model of this environment."""
    bucket = arns.model_bucket(environment)
    delivered = f"{bucket}/{names.DELIVERED_PREFIX}*"
    pinned = f"{bucket}/{names.REGISTERED_PREFIX}*"
    statements = [
        Statement(actions=["s3:GetObjectVersion"], resources=[delivered]),
        Statement(actions=["s3:PutObject", "s3:AbortMultipartUpload"], resources=[pinned]),
        # Without ListBucket, S3 answers 403 instead of 404 for what is not there.
        Statement(actions=["s3:ListBucket", "s3:ListBucketVersions"], resources=[bucket]),
        Statement(
            actions=["ssm:GetParameter"],
            resources=[
                arns.parameter(environment, name(environment, names.ANY_MODEL))
                for name in (names.pointer, names.recent, names.settings)
            ],
        ),
        Statement(
            actions=["ssm:PutParameter"],
            resources=[
                arns.parameter(environment, name(environment, names.ANY_MODEL))
                for name in (names.pointer, names.recent)
            ],
        ),
        Statement(
            actions=["sagemaker:CreateModelPackage"],
            resources=[
                arns.package_group(environment, names.ANY_MODEL),
                arns.package(environment, names.ANY_MODEL),
            ],
        ),
        Statement(
            actions=["sagemaker:BatchDescribeModelPackage"],
            resources=[arns.package(environment, names.ANY_MODEL)],
        ),
        Statement(
            actions=["sagemaker:ListModelPackages"],
            # Listing is not by group: SageMaker checks it against the account's packages.
            resources=[arns.any_package(environment)],
        ),
        Statement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            condition={"StringEquals": {"cloudwatch:namespace": names.METRICS_NAMESPACE}},
            wildcard_reason="CloudWatch has no resources for metrics: the condition names the namespace",
        ),
    ]
    if environment.kms_key_arn:
        statements.append(
            Statement(
                actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[environment.kms_key_arn]
            )
        )
    return statements
