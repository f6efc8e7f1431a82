"""Has the registrar choose anew when somebody approves or rejects a version, whoever and wherever."""

import json

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget
from cdktf_cdktf_provider_aws.lambda_function import LambdaFunction
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from constructs import Construct

from config import names
from config.settings import Environment


class ApprovalEvents(Construct):
    """https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html"""

    def __init__(
        self, scope: Construct, id_: str, *, environment: Environment, function: LambdaFunction
    ) -> None:
        super().__init__(scope, id_)
        groups = names.package_group(environment, names.ANY_MODEL).removesuffix(names.ANY_MODEL)
        rule = CloudwatchEventRule(
            self,
            "rule",
            name=names.approval_rule(environment),
            description="A version of a model was approved or rejected",
            event_pattern=json.dumps(
                {
                    "source": ["aws.sagemaker"],
                    "detail-type": ["SageMaker Model Package State Change"],
                    "detail": {"ModelPackageGroupName": [{"prefix": groups}]},
                }
            ),
        )
        permission = LambdaPermission(
            self,
            "permission",
            action="lambda:InvokeFunction",
            function_name=function.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )
        CloudwatchEventTarget(
            self, "target", rule=rule.name, arn=function.arn, depends_on=[permission]
        )
