"""The role that a model's container runs under: its own artifacts, its own image, its own logs."""

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config import names
from config.serving import RealTime
from config.settings import Environment
from stacks import arns
from stacks.constructs.image import repository_arn
from stacks.constructs.policy import Statement, assumed_by, document


class ExecutionRole(Construct):
    """https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms"""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, model: str, image: str
    ) -> None:
        super().__init__(scope, id_)
        self.role = IamRole(
            self,
            "role",
            name=names.execution_role(environment, model),
            assume_role_policy=assumed_by("sagemaker.amazonaws.com"),
        )
        self.policy = IamRolePolicy(
            self,
            "policy",
            role=self.role.id,
            policy=document(
                *_statements(environment, model, repository_arn(self, "repository", image))
            ),
        )


def _statements(environment: Environment, model: str, repository: str) -> list[Statement]:
    bucket = arns.model_bucket(environment)
    prefix = names.registered_prefix(model)
    endpoint_logs = arns.log_group(
        environment, f"/aws/sagemaker/Endpoints/{names.endpoint(environment, model)}"
    )
    statements = [
        Statement(actions=["s3:GetObject"], resources=[f"{bucket}/{prefix}*"]),
        Statement(
            actions=["s3:ListBucket"],
            resources=[bucket],
            condition={"StringLike": {"s3:prefix": f"{prefix}*"}},
        ),
        Statement(
            actions=[
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            resources=[repository],
        ),
        Statement(
            actions=["ecr:GetAuthorizationToken"],
            resources=["*"],
            wildcard_reason="An ECR token is the account's: the action has no resource",
        ),
        Statement(
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[f"{endpoint_logs}:*"],
        ),
        Statement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            condition={"StringEquals": {"cloudwatch:namespace": "/aws/sagemaker/Endpoints"}},
            wildcard_reason="CloudWatch has no resources for metrics: the condition names the namespace",
        ),
    ]
    serving = environment.models[model].serving
    if isinstance(serving, RealTime):
        # SageMaker watches the alarms of a roll in the role's name.
        own = [names.rollback_alarm(environment, model, what) for what in ("errors", "latency")]
        watched = [arns.alarm(environment, name) for name in [*own, *serving.rollback.alarms]]
        statements.append(Statement(actions=["cloudwatch:DescribeAlarms"], resources=watched))
    if environment.kms_key_arn:
        statements.append(Statement(actions=["kms:Decrypt"], resources=[environment.kms_key_arn]))
    return statements
