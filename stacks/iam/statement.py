"""IAM policy documents as typed statements. They are JSON at synth, so that plans show them in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from config.policies import policy_document

Condition = Mapping[str, Mapping[str, str | Sequence[str]]]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement. The resource `*` needs a reason why AWS accepts no narrower one."""

    actions: Sequence[str]
    resources: Sequence[str] = ()
    sid: str = ""
    effect: Literal["Allow", "Deny"] = "Allow"
    principal: str | Mapping[str, str] | None = None
    condition: Condition = field(default_factory=dict)
    wildcard_reason: str = ""

    def __post_init__(self) -> None:
        if "*" in self.resources and not self.wildcard_reason:
            raise ValueError(f"{', '.join(self.actions)} on '*' needs a wildcard_reason")

    def as_json(self) -> dict[str, Any]:
        parts = {
            "Sid": self.sid,
            "Effect": self.effect,
            "Principal": self.principal,
            "Action": list(self.actions),
            "Resource": list(self.resources),
            "Condition": dict(self.condition),
        }
        return {key: value for key, value in parts.items() if value}


def document(*statements: Statement) -> str:
    """A policy document, as JSON."""
    return policy_document(*(statement.as_json() for statement in statements))


def assumed_by(service: str, condition: Condition | None = None) -> str:
    """A trust policy for an AWS service, such as `lambda.amazonaws.com`."""
    return document(
        Statement(
            actions=["sts:AssumeRole"], principal={"Service": service}, condition=condition or {}
        )
    )
