"""The role that a model's containers run under."""

from collections.abc import Iterable

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config import names
from config.settings import Environment
from stacks.constructs.image import repository_arn
from stacks.constructs.policy import assumed_by, document
from stacks.endpoint_policy import endpoint_statements


class ExecutionRole(Construct):
    """https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms"""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        environment: Environment,
        model: str,
        images: Iterable[str],
    ) -> None:
        super().__init__(scope, id_)
        self.role = IamRole(
            self,
            "role",
            name=names.execution_role(environment, model),
            assume_role_policy=assumed_by("sagemaker.amazonaws.com"),
        )
        repositories = [
            repository_arn(self, f"repository_{number}", image)
            for number, image in enumerate(dict.fromkeys(images), start=1)
        ]
        self.policy = IamRolePolicy(
            self,
            "policy",
            role=self.role.id,
            policy=document(*endpoint_statements(environment, model, repositories)),
        )
