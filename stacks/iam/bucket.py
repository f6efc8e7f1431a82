"""The statement of the model bucket's policy that protects the pinned copies."""

from config import names
from config.schema.settings import Environment
from stacks.iam import arns
from stacks.iam.statement import Statement

# Every action that creates, changes or deletes an object or one of its versions.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
OBJECT_CHANGES = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionTagging",
    "s3:ObjectOwnerOverrideToBucketOwner",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:ReplicateTags",
    "s3:RestoreObject",
    "s3:UpdateObjectEncryption",
)


def pinned_copies_statement(environment: Environment) -> Statement:
    """Deny changes under `registered/` to everyone except the registrar's role, including the root user.

    `aws:PrincipalArn` is the role's ARN in every session of the role. A request without this key, such as
    one of an AWS service, is denied: a negated operator matches a missing key. The statement locks nobody
    out, because it does not deny changes to the policy itself.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    registrar = arns.role(environment, names.registrar(environment))
    return Statement(
        sid="PinnedCopiesStay",
        effect="Deny",
        principal="*",
        actions=OBJECT_CHANGES,
        resources=[f"{arns.model_bucket(environment)}/{names.REGISTERED_PREFIX}*"],
        condition={"ArnNotEquals": {"aws:PrincipalArn": registrar}},
    )
