"""A Python Lambda function with its own role, log group and dead-letter queue."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cdktf import AssetType, TerraformAsset, Token
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.lambda_function import (
    LambdaFunction,
    LambdaFunctionDeadLetterConfig,
    LambdaFunctionEnvironment,
    LambdaFunctionTracingConfig,
)
from cdktf_cdktf_provider_aws.lambda_function_event_invoke_config import (
    LambdaFunctionEventInvokeConfig,
)
from constructs import Construct

from stacks.constructs.bundle import bundle
from stacks.iam.statement import Statement, assumed_by, document

LAMBDA_SRC = Path(__file__).parents[2] / "lambda_src"
RUNTIME = "python3.13"
BUNDLES = Path(__file__).parents[2] / ".build"


class FunctionPackage(TerraformAsset):
    """All of `lambda_src` as one zip. Each function runs a part of it."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_, path=str(bundle(LAMBDA_SRC, BUNDLES)), type=AssetType.FILE)
        self.hash_expression = Token.as_string(f'${{filebase64sha256("{self.path}")}}')


class PythonFunction(Construct):
    """Runs `lambda_src/<source>/handler.py` on python3.13, arm64, with tracing.

    Lambda retries an event twice, and then sends it to the dead-letter queue.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        package: FunctionPackage,
        source: str,
        environment: Mapping[str, str],
        statements: Sequence[Statement],
        dead_letter_arn: str,
        memory_mb: int,
        timeout_seconds: int,
        log_retention_days: int,
    ) -> None:
        """`statements` are what the code needs; those for logs, traces and dead letters are added."""
        super().__init__(scope, id_)
        logs = CloudwatchLogGroup(
            self, "logs", name=f"/aws/lambda/{name}", retention_in_days=log_retention_days
        )
        required = _required_statements(logs.arn, dead_letter_arn)
        role, policy = self._add_role(name, [*statements, *required])
        self.function = LambdaFunction(
            self,
            "function",
            function_name=name,
            role=role.arn,
            runtime=RUNTIME,
            architectures=["arm64"],
            handler=f"{LAMBDA_SRC.name}.{source}.handler.handler",
            filename=package.path,
            source_code_hash=package.hash_expression,
            memory_size=memory_mb,
            timeout=timeout_seconds,
            environment=LambdaFunctionEnvironment(variables=dict(environment)),
            dead_letter_config=LambdaFunctionDeadLetterConfig(target_arn=dead_letter_arn),
            tracing_config=LambdaFunctionTracingConfig(mode="Active"),
            depends_on=[logs, policy],
        )
        self._add_retries()

    def _add_role(
        self, name: str, statements: Sequence[Statement]
    ) -> tuple[IamRole, IamRolePolicy]:
        trust = assumed_by("lambda.amazonaws.com")
        role = IamRole(self, "role", name=name, assume_role_policy=trust)
        policy = IamRolePolicy(self, "policy", role=role.id, policy=document(*statements))
        return role, policy

    def _add_retries(self) -> None:
        LambdaFunctionEventInvokeConfig(
            self,
            "retries",
            function_name=self.function.function_name,
            maximum_retry_attempts=2,
            maximum_event_age_in_seconds=6 * 3600,
        )


def _required_statements(log_group_arn: str, dead_letter_arn: str) -> list[Statement]:
    """What every function may do: write its logs and traces, and send its dead letters."""
    return [
        Statement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{log_group_arn}:*"],
        ),
        Statement(actions=["sqs:SendMessage"], resources=[dead_letter_arn]),
        Statement(
            actions=["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
            resources=["*"],
            wildcard_reason="X-Ray has no resource-level permissions for writing traces",
        ),
    ]
