"""What a role may do with the environment's KMS key: what S3, SNS or another service asks in the role's name.

Credentials that leak out of a container do not decrypt with the key by themselves.
"""

from config.partition import COMMERCIAL
from config.schema.settings import Environment
from stacks.iam.statement import Statement


def use_of_key(environment: Environment, *services: str) -> list[Statement]:
    """By `services` of this region only, such as `s3`; nothing if the environment has no key.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    if environment.kms_key_arn is None:
        return []
    # AWS's page writes every name with amazonaws.com, and tells of no other ending in other partitions.
    suffixes = dict.fromkeys([COMMERCIAL.dns_suffix, environment.partition.dns_suffix])
    via = [
        f"{service}.{environment.region}.{suffix}" for service in services for suffix in suffixes
    ]
    return [
        Statement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[environment.kms_key_arn],
            condition={"StringEquals": {"kms:ViaService": via}},
        )
    ]
