"""What the registrar may do: read deliveries, pin copies, register versions, write pointers."""

from config import names
from config.schema.settings import Environment
from stacks.iam import arns
from stacks.iam.common import common_statements
from stacks.iam.statement import Statement


def registrar_statements(environment: Environment, repositories: list[str]) -> list[Statement]:
    """Statements that name each resource; `*` in a name stands for any model of this environment.

    `repositories` are the ARNs of the repositories of the models' images. If there are many, they are
    `repository/*` of each registry: the inline policies of a role have at most 10,240 characters.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    return [
        *common_statements(environment),
        *_objects(environment),
        # https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerModelRegistryFullAccess.html
        Statement(actions=["ecr:BatchGetImage", "ecr:DescribeImages"], resources=repositories),
        Statement(actions=["s3:ListBucketVersions"], resources=[arns.model_bucket(environment)]),
        *_parameters(environment),
        *_registry(environment),
    ]


def _objects(environment: Environment) -> list[Statement]:
    bucket = arns.model_bucket(environment)
    delivered = f"{bucket}/{names.DELIVERED_PREFIX}*"
    pinned = f"{bucket}/{names.REGISTERED_PREFIX}*"
    return [
        Statement(actions=["s3:GetObjectVersion"], resources=[delivered]),
        Statement(actions=["s3:PutObject", "s3:AbortMultipartUpload"], resources=[pinned]),
        Statement(
            actions=["s3:GetObject"],
            resources=[
                # The gate compares a delivery's metrics with those of the live version.
                f"{pinned}/{names.METRICS}",
                # CreateModelPackage reads the artifact and the image with the permissions of its caller.
                f"{pinned}/{names.ARTIFACT}",
            ],
        ),
    ]


def _parameters(environment: Environment) -> list[Statement]:
    pointer, recent, settings = (
        arns.parameter(environment, name(environment, names.ANY_MODEL))
        for name in (names.pointer, names.recent, names.settings)
    )
    return [
        Statement(actions=["ssm:GetParameter"], resources=[pointer, recent, settings]),
        Statement(actions=["ssm:PutParameter"], resources=[pointer, recent]),
    ]


def _registry(environment: Environment) -> list[Statement]:
    versions = arns.package(environment, names.ANY_MODEL)
    return [
        Statement(
            actions=["sagemaker:CreateModelPackage"],
            resources=[arns.package_group(environment, names.ANY_MODEL), versions],
        ),
        Statement(actions=["sagemaker:DescribeModelPackage"], resources=[versions]),
    ]
