"""What the registrar may do besides: read deliveries, pin copies, record versions, move pointers."""

from config import names
from config.schema.settings import Environment
from stacks.iam import arns
from stacks.iam.common import common_statements
from stacks.iam.statement import Statement


def registrar_statements(environment: Environment, repositories: list[str]) -> list[Statement]:
    """Each by name; `*` within a name stands for any model of this environment.

    `repositories` are the ARNs of the models' images. Of many, they are `repository/*` of each registry:
    a role's inline policies have 10,240 characters at most.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    bucket = arns.model_bucket(environment)
    delivered = f"{bucket}/{names.DELIVERED_PREFIX}*"
    pinned = f"{bucket}/{names.REGISTERED_PREFIX}*"
    return [
        *common_statements(environment),
        Statement(actions=["s3:GetObjectVersion"], resources=[delivered]),
        Statement(actions=["s3:PutObject", "s3:AbortMultipartUpload"], resources=[pinned]),
        Statement(
            actions=["s3:GetObject"],
            resources=[
                # Of the version that is live, which new ones are compared with.
                f"{pinned}/{names.METRICS}",
                # CreateModelPackage reads artifact and image with its caller's rights.
                f"{pinned}/{names.ARTIFACT}",
            ],
        ),
        # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerModelRegistryFullAccess.html
        Statement(actions=["ecr:BatchGetImage", "ecr:DescribeImages"], resources=repositories),
        Statement(actions=["s3:ListBucketVersions"], resources=[bucket]),
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
            actions=["sagemaker:DescribeModelPackage"],
            resources=[arns.package(environment, names.ANY_MODEL)],
        ),
    ]
