"""An encrypted SNS topic that only its own account publishes and subscribes to."""

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic
from cdktf_cdktf_provider_aws.sns_topic_policy import SnsTopicPolicy
from constructs import Construct

from config.schema.settings import Environment
from stacks.iam import arns
from stacks.iam.statement import Statement, document

# The actions that SNS's default policy allows the topic's owner. This policy replaces the default one.
# https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
OWNERS_ACTIONS = [
    "sns:AddPermission",
    "sns:DeleteTopic",
    "sns:GetTopicAttributes",
    "sns:ListSubscriptionsByTopic",
    "sns:Publish",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sns:Subscribe",
]


class Topic(Construct):
    """Encrypted with the environment's KMS key, or with AWS's managed key; accepts messages over TLS only."""

    def __init__(self, scope: Construct, id_: str, *, environment: Environment, name: str) -> None:
        super().__init__(scope, id_)
        self.topic = SnsTopic(
            self,
            "topic",
            name=name,
            kms_master_key_id=environment.kms_key_arn or "alias/aws/sns",
        )
        SnsTopicPolicy(
            self,
            "policy",
            arn=self.topic.arn,
            policy=document(
                Statement(
                    sid="Owner",
                    actions=OWNERS_ACTIONS,
                    resources=[arns.topic(environment, name)],
                    principal={"AWS": "*"},
                    condition={"StringEquals": {"AWS:SourceOwner": environment.account}},
                ),
                Statement(
                    sid="TlsOnly",
                    effect="Deny",
                    actions=["sns:Publish"],
                    resources=[arns.topic(environment, name)],
                    principal="*",
                    condition={"Bool": {"aws:SecureTransport": "false"}},
                ),
            ),
        )
