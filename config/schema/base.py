"""The types that the parts of the settings share."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from config.partition import DNS_SUFFIXES

AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}(-[a-z]+)+-[0-9]$")]
KmsKeyArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$")
]
EcrImageUri = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\."
        rf"({'|'.join(re.escape(suffix) for suffix in DNS_SUFFIXES)})"
        r"/[a-z0-9][a-z0-9._/-]*(:[\w.-]+|@sha256:[0-9a-f]{64})$"
    ),
]
InstanceType = Annotated[
    str, StringConstraints(pattern=r"^ml\.[a-z0-9-]+\.(medium|large|[0-9]{0,2}xlarge)$")
]
# Lowercase words joined by single hyphens: every AWS name that contains it accepts these characters.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
# Prefixes that AWS reserves in the names of parameters and buckets.
# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
RESERVED = ("amzn", "aws", "ssm", "sthree", "xn")


def _not_reserved(name: str) -> str:
    if name.startswith(RESERVED):
        raise ValueError(
            f"expected a name that does not begin with {', '.join(RESERVED)}, which AWS reserves, "
            f"found {name!r}"
        )
    return name


# One word without a hyphen: the prefix of one project's names is never the prefix of another's.
Project = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,19}$"), AfterValidator(_not_reserved)
]
FiniteNumber = Annotated[float, Field(allow_inf_nan=False)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
