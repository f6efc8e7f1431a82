"""What the prover may do: invoke endpoints, write deployments, reject versions, send metrics."""

from config import names
from config.schema.settings import Environment
from lambda_src.shared.registry import Approval
from stacks.iam import arns
from stacks.iam.common import common_statements
from stacks.iam.statement import Statement


def prover_statements(environment: Environment) -> list[Statement]:
    """Statements that name each resource; `*` in a name stands for any model of this environment."""
    endpoint = arns.endpoint(environment, names.ANY_MODEL)
    bucket = arns.model_bucket(environment)
    requests, answers, failures = (
        f"{bucket}/{prefix('*')}*"
        for prefix in (names.requests_prefix, names.answers_prefix, names.failures_prefix)
    )
    return [
        *common_statements(environment),
        Statement(
            actions=["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync"],
            resources=[endpoint],
        ),
        Statement(
            actions=["sagemaker:UpdateModelPackage"],
            resources=[arns.package(environment, names.ANY_MODEL)],
            # The prover only rejects versions; the gate and people approve them.
            condition={"StringEquals": {"sagemaker:ModelApprovalStatus": Approval.REJECTED.value}},
        ),
        Statement(
            actions=["s3:GetObject"],
            resources=[f"{bucket}/{names.REGISTERED_PREFIX}*/{names.SMOKE}", answers, failures],
        ),
        Statement(actions=["s3:PutObject"], resources=[requests]),
        Statement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            condition={"StringEquals": {"cloudwatch:namespace": names.METRICS_NAMESPACE}},
            wildcard_reason="CloudWatch has no resources for metrics: the condition names the namespace",
        ),
        Statement(
            actions=["ssm:GetParameter", "ssm:PutParameter"],
            resources=[
                arns.parameter(environment, name(environment, names.ANY_MODEL))
                for name in (names.live, names.last_deployment)
            ],
        ),
    ]
