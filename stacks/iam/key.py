"""What a role may do with the environment's KMS key: use it through S3, SNS or another service.

Credentials that leak out of a container can't decrypt anything with the key directly.
"""

from config.partition import COMMERCIAL
from config.schema.settings import Environment
from stacks.iam.statement import Statement


def use_of_key(environment: Environment, *services: str) -> list[Statement]:
    """Allow the use of the key through `services` of this region, such as `s3`; no statement without a key.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    if environment.kms_key_arn is None:
        return []
    # AWS's page writes every name with amazonaws.com, and documents no suffix of other partitions.
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
