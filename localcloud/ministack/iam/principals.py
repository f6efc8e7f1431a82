"""Who asks, as AWS sees it, in ministack's IAM evaluator."""

import re
from dataclasses import replace
from functools import wraps
from typing import Any

from ministack.core import iam_evaluator

_PRINCIPAL_ARN = "aws:principalarn"
_SESSION = re.compile(r"arn:([^:]+):sts::([0-9]+):assumed-role/([^/]+)/.*")
_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def correct() -> None:
    """Have the evaluator take principals for what they are on AWS from now on.

    `aws:PrincipalArn` of a session is the ARN of its role; the account's root may do everything that no
    resource's policy denies.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    iam_evaluator._resolve_condition_key = _of_the_role(iam_evaluator._resolve_condition_key)
    iam_evaluator.resolve_principal = _with_a_policy(iam_evaluator.resolve_principal)


def _of_the_role(resolve: Any) -> Any:
    @wraps(resolve)
    def resolved(key: str, context: Any) -> Any:
        found = resolve(key, context)
        return _SESSION.sub(r"arn:\1:iam::\2:role/\3", found) if _is_arn(key, found) else found

    return resolved


def _is_arn(key: str, found: Any) -> bool:
    return key.lower() == _PRINCIPAL_ARN and isinstance(found, str)


def _with_a_policy(resolve: Any) -> Any:
    """Root, which ministack lets pass unseen, as a principal that is allowed everything."""

    @wraps(resolve)
    def resolved(*arguments: Any) -> Any:
        principal = resolve(*arguments)
        if getattr(principal, "type", None) != "Root":
            return principal
        everything = iam_evaluator.parse_policy_document({"Statement": _EVERYTHING})
        return replace(principal, policies=[everything])

    return resolved
