"""Every IAM statement of every environment against AWS's service authorization reference."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.synth.authorization import mistakes
from tests.synth.template import Template

SECURITY = Path(__file__).parents[2] / "docs" / "security.md"
KEY = "arn:aws:kms:eu-west-1:210987654321:key/1c8ad9e2-6f0b-4c1e-9d53-0f6a2f1f7c10"


def test_every_statement_is_one_that_aws_knows(any_environment: dict[str, Template]) -> None:
    found = [
        f"{part}: {mistake}"
        for part, template in any_environment.items()
        for statement in template.policies()
        for mistake in mistakes(statement)
    ]
    assert not found


def test_the_permissions_that_the_documentation_gives_are_known_to_aws() -> None:
    blocks = re.findall(r"```json\n(.*?)```", SECURITY.read_text("utf-8"), re.DOTALL)
    statements = [
        {**statement, "Resource": [statement["Resource"].replace("<kms_key_arn>", KEY)]}
        for block in blocks
        for statement in json.loads(block)
    ]
    assert statements
    assert not [mistake for statement in statements for mistake in mistakes(statement)]


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
