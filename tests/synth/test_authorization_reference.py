"""Every IAM statement of every environment against AWS's service authorization reference."""

from typing import Any

import pytest

from tests.synth.authorization import mistakes
from tests.synth.template import Template


def test_every_statement_is_one_that_aws_knows(any_environment: dict[str, Template]) -> None:
    found = [
        f"{part}: {mistake}"
        for part, template in any_environment.items()
        for statement in template.policies()
        for mistake in mistakes(statement)
    ]
    assert not found


OBJECT = "arn:aws:s3:::bucket/key"


@pytest.mark.parametrize(
    ("statement", "mistake"),
    [
        ({"Action": ["s3:GetObjects"], "Resource": [OBJECT]}, "no such action"),
        ({"Action": ["s3:ListBucket"], "Resource": [OBJECT]}, "is a resource of this action"),
        (
            {"Action": ["ssm:GetParameter"], "Resource": ["arn:aws:ssm:r:1:document/d"]},
            "is a resource of this action",
        ),
        (
            {"Action": ["xray:PutTraceSegments"], "Resource": ["arn:aws:xray:r:1:group/g"]},
            "none of",
        ),
        (
            {
                "Action": ["s3:GetObject"],
                "Resource": [OBJECT],
                "Condition": {"StringLike": {"s3:prefix": "a"}},
            },
            "s3:prefix is no condition key",
        ),
        (
            {"Action": ["s3:GetObject"], "Resource": [OBJECT, "arn:aws:sns:r:1:topic"]},
            "is an action on this resource",
        ),
    ],
)
def test_a_statement_that_aws_does_not_know_is_found(
    statement: dict[str, Any], mistake: str
) -> None:
    found = list(mistakes({"Effect": "Allow", **statement}))
    assert any(mistake in one for one in found), found
