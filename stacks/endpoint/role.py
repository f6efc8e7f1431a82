"""The execution role: what SageMaker and a model's containers may do."""

from collections.abc import Callable, Iterable

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from config.schema.settings import Environment
from stacks.constructs.image import repository_arns
from stacks.iam import arns
from stacks.iam.statement import Statement, assumed_by, document


class ExecutionRole(Construct):
    """`role` and its `policy`. SageMaker assumes the role for resources of this account and region only.

    https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html#security-confused-deputy-inference
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        environment: Environment,
        image_uris: Iterable[str],
        statements: Callable[[list[str]], list[Statement]],
        after: ITerraformDependable,
    ) -> None:
        """`statements` returns the policy's statements, given the ARNs of the images' repositories.

        Terraform makes the policy after `after`.
        """
        super().__init__(scope, id_)
        self.role = IamRole(
            self,
            "role",
            name=name,
            assume_role_policy=assumed_by(
                "sagemaker.amazonaws.com",
                {"ArnLike": {"aws:SourceArn": arns.all_of_sagemaker(environment)}},
            ),
        )
        repositories = repository_arns(self, environment.partition.name, dict.fromkeys(image_uris))
        self.policy = IamRolePolicy(
            self,
            "policy",
            role=self.role.id,
            policy=document(*statements(repositories)),
            depends_on=[after],
        )
