"""What both functions may do: read the Model Registry and what is live, and publish notifications."""

from config import names
from config.schema.settings import Environment
from stacks.iam import arns
from stacks.iam.key import use_of_key
from stacks.iam.statement import Statement


def common_statements(environment: Environment) -> list[Statement]:
    """Statements that name each resource; `*` in a name stands for any model of this environment."""
    return [
        Statement(
            actions=["sagemaker:BatchDescribeModelPackage"],
            resources=[arns.package(environment, names.ANY_MODEL)],
        ),
        Statement(
            actions=["sagemaker:ListModelPackages"],
            # SageMaker authorizes the list against all model packages of the account, not against a group.
            resources=[arns.any_package(environment)],
        ),
        Statement(
            actions=["sagemaker:DescribeEndpoint"],
            resources=[arns.endpoint(environment, names.ANY_MODEL)],
        ),
        Statement(
            actions=["sagemaker:DescribeEndpointConfig"],
            resources=[arns.endpoint_configuration(environment, names.ANY_MODEL)],
        ),
        Statement(
            actions=["sagemaker:DescribeModel"],
            resources=[arns.sagemaker_model(environment, names.ANY_MODEL)],
        ),
        # Without this permission, S3 answers 403 instead of 404 for an object that does not exist.
        Statement(actions=["s3:ListBucket"], resources=[arns.model_bucket(environment)]),
        Statement(
            actions=["sns:Publish"], resources=[arns.topic(environment, names.topic(environment))]
        ),
        # For objects, notifications and dead letters.
        *use_of_key(environment, "s3", "sns", "sqs"),
    ]
