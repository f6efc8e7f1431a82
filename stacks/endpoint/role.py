"""The role that a model's containers run under."""

from collections.abc import Iterable

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config import names
from config.schema.settings import Environment
from stacks.endpoint.image import repository_arn
from stacks.iam import arns
from stacks.iam.endpoint import endpoint_statements
from stacks.iam.statement import assumed_by, document


class ExecutionRole(Construct):
    """Assumed by SageMaker for resources of this account and region only, in the form that AWS's page wants:
    https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html#security-confused-deputy-inference

    `after` is made before the role may do anything.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        model: str,
        images: Iterable[str],
        after: ITerraformDependable,
    ) -> None:
        super().__init__(scope, id_)
        self.role = IamRole(
            self,
            "role",
            name=names.execution_role(environment, model),
            assume_role_policy=assumed_by(
                "sagemaker.amazonaws.com",
                {"ArnLike": {"aws:SourceArn": arns.all_of_sagemaker(environment)}},
            ),
        )
        repositories = [
            repository_arn(self, f"repository_{number}", environment.partition.name, image)
            for number, image in enumerate(dict.fromkeys(images), start=1)
        ]
        self.policy = IamRolePolicy(
            self,
            "policy",
            role=self.role.id,
            policy=document(*endpoint_statements(environment, model, repositories)),
            depends_on=[after],
        )
