"""The principal of a request as AWS sees it, in ministack's IAM evaluator.

`aws:PrincipalArn` of a session is the ARN of its role. The account's root may do everything that no
resource policy denies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from dataclasses import replace
from typing import Any

from ministack.core import iam_evaluator

from localcloud.ministack.wrapping import Call, wrap

_PRINCIPAL_ARN = "aws:principalarn"
_SESSION = re.compile(r"arn:([^:]+):sts::([0-9]+):assumed-role/([^/]+)/.*")
_EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def correct_principals() -> None:
    """Make the evaluator see principals as AWS does."""
    resolve_key = iam_evaluator._resolve_condition_key
    iam_evaluator._resolve_condition_key = wrap(resolve_key, _resolve_condition_key)
    iam_evaluator.resolve_principal = wrap(iam_evaluator.resolve_principal, _resolve_principal)


def _resolve_condition_key(call: Call) -> Any:
    """The value of a condition key. For `aws:PrincipalArn` of a session: the role, not the session."""
    value = call.proceed()
    if call["key"].lower() == _PRINCIPAL_ARN and isinstance(value, str):
        return _SESSION.sub(r"arn:\1:iam::\2:role/\3", value)
    return value


def _resolve_principal(call: Call) -> Any:
    """The principal. ministack does not evaluate root; here root has a policy that allows everything."""
    principal = call.proceed()
    if getattr(principal, "type", None) != "Root":
        return principal
    everything = iam_evaluator.parse_policy_document({"Statement": _EVERYTHING})
    return replace(principal, policies=[everything])
