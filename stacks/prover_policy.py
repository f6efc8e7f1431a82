"""What the prover may do besides: ask endpoints, remember their deployments, reject versions."""

from config import names
from config.settings import Environment
from stacks import arns
from stacks.common_policy import common_statements
from stacks.constructs.policy import Statement


def prover_statements(environment: Environment) -> list[Statement]:
    """Each by name; `*` within a name stands for any model of this environment."""
    endpoint = arns.endpoint(environment, names.ANY_MODEL)
    pinned = f"{arns.model_bucket(environment)}/{names.REGISTERED_PREFIX}*"
    return [
        *common_statements(environment),
        Statement(
            actions=["sagemaker:InvokeEndpoint"],
            resources=[endpoint],
        ),
        Statement(
            actions=["sagemaker:UpdateModelPackage"],
            resources=[arns.package(environment, names.ANY_MODEL)],
            # It takes versions back; what goes live is for the gate and for people to say.
            condition={"StringEquals": {"sagemaker:ModelApprovalStatus": "Rejected"}},
        ),
        Statement(actions=["s3:GetObject"], resources=[f"{pinned}/{names.SMOKE}"]),
        Statement(
            actions=["ssm:GetParameter", "ssm:PutParameter"],
            resources=[
                arns.parameter(environment, name(environment, names.ANY_MODEL))
                for name in (names.live, names.asked_for)
            ],
        ),
    ]
