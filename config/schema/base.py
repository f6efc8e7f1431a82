"""The types that the parts of the settings share."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from config.aws_catalog import SOURCE, instance_types, regions
from config.schema.rules import listed, worded

AccountId = Annotated[str, worded(r"[0-9]{12}", '12 digits in quotes, such as "012345678901"')]
Region = Annotated[str, listed(regions, f"a region that {SOURCE} knows, such as us-east-1")]
InstanceType = Annotated[
    str,
    listed(
        instance_types,
        f"an instance type of SageMaker endpoints that {SOURCE} knows, such as ml.m5.large",
    ),
]
# Lowercase words joined by single hyphens: every AWS name that contains it accepts these characters.
Name = Annotated[
    str,
    worded(
        r"[a-z0-9]+(-[a-z0-9]+)*",
        "a name of lowercase letters and digits, in words joined by single hyphens, such as my-model",
    ),
]
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
    str,
    worded(
        r"[a-z][a-z0-9]{1,19}",
        "one word of 2 to 20 lowercase letters and digits that begins with a letter",
    ),
    AfterValidator(_not_reserved),
]
FiniteNumber = Annotated[float, Field(allow_inf_nan=False)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
