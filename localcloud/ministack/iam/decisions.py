"""Every decision of ministack's IAM evaluator, as a line of JSON in a file.

A line has the keys principal, action, resource, context (the request's condition keys), decision
(Allow, Deny, ImplicitDeny), and statements: those of the principal's own policies that allow the call.

Between them, a line with the keys role and policy is what PutRolePolicy has given a role.
"""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, TextIO

from ministack.core import iam_evaluator
from ministack.services import iam

_SECURE_TRANSPORT = "aws:securetransport"


@dataclass
class _Evaluation:
    """What the evaluator was asked while it came to one decision."""

    context: Any = None
    policies: Any = ()


_evaluation: ContextVar[_Evaluation | None] = ContextVar("_evaluation", default=None)


def record(file: Path) -> None:
    """Have the evaluator write each decision to `file` from now on."""
    log = file.open("a", encoding="utf-8", buffering=1)
    iam_evaluator._resolve_condition_key = _over_tls(iam_evaluator._resolve_condition_key)
    iam_evaluator.evaluate = _observed(iam_evaluator.evaluate)
    iam_evaluator.enforce = _recorded(iam_evaluator.enforce, log)
    handlers = iam._IAM_HANDLERS
    handlers["PutRolePolicy"] = _noted(handlers["PutRolePolicy"], log)


def _over_tls(resolve: Any) -> Any:
    """AWS's endpoints take HTTPS; the local cloud stands for them, though it takes HTTP."""

    @wraps(resolve)
    def resolved(key: str, context: Any) -> Any:
        return "true" if key.lower() == _SECURE_TRANSPORT else resolve(key, context)

    return resolved


def _observed(evaluate: Any) -> Any:
    """Keep the first evaluation of a decision, which is that of the principal's own policies."""

    @wraps(evaluate)
    def evaluated(context: Any, policies: Any, *limits: Any) -> Any:
        evaluation = _evaluation.get()
        if evaluation and evaluation.context is None:
            evaluation.context, evaluation.policies = context, policies
        return evaluate(context, policies, *limits)

    return evaluated


def _recorded(enforce: Any, log: TextIO) -> Any:
    @wraps(enforce)
    def decided(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: Mapping[str, Any] | None = None,
    ) -> Any:
        evaluation = _Evaluation()
        before = _evaluation.set(evaluation)
        try:
            refusal = enforce(
                access_key_id, iam_action, service, region, resource_arn, service_context
            )
        finally:
            _evaluation.reset(before)
        line = {
            "principal": _principal(access_key_id, evaluation),
            "action": iam_action,
            "resource": resource_arn,
            "context": evaluation.context.service_context if evaluation.context else {},
            "decision": _decision(refusal),
            "statements": [] if refusal else _allowing(evaluation),
        }
        log.write(json.dumps(line, default=str) + "\n")
        return refusal

    return decided


def _noted(put_role_policy: Any, log: TextIO) -> Any:
    @wraps(put_role_policy)
    def noted(params: Mapping[str, Any]) -> Any:
        (role,), (document,) = params["RoleName"], params["PolicyDocument"]
        log.write(json.dumps({"role": role, "policy": json.loads(document)}) + "\n")
        return put_role_policy(params)

    return noted


def _principal(access_key_id: str, evaluation: _Evaluation) -> str:
    if evaluation.context:
        return str(evaluation.context.principal_arn)
    caller = iam_evaluator.resolve_caller_identity(access_key_id) or {}
    return str(caller.get("userArn", "anonymous"))


def _decision(refusal: Any) -> str:
    # A failed authentication has a code and no decision.
    return "Allow" if refusal is None else getattr(refusal, "decision", "Deny")


def _allowing(evaluation: _Evaluation) -> list[dict[str, Any]]:
    return [
        {
            "Action": statement.actions,
            "Resource": statement.resources,
            "Condition": statement.conditions,
        }
        for policy in evaluation.policies
        for statement in policy
        if iam_evaluator._first_match(evaluation.context, [statement], "Allow")
    ]
