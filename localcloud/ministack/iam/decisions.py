"""A record of every decision of ministack's IAM evaluator: one JSON object a line.

A decision has the keys `principal` (ARN), `action`, `resource` (ARN), `context` (the request's condition
keys), `decision` (Allow, Deny, ImplicitDeny) and `statements`: those of the principal's own policies that
allow the call.

Between the decisions, an object with the keys `role` (name) and `policy` (document) is what PutRolePolicy
attached to a role.
"""

import json
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from ministack.core import iam_evaluator
from ministack.services import iam

from localcloud.ministack.wrapping import Call, wrap

_SECURE_TRANSPORT = "aws:securetransport"


@dataclass
class _Evaluation:
    """The first evaluation of a decision: its context, and the principal's own policies."""

    context: Any = None
    policies: Any = ()


_evaluation: ContextVar[_Evaluation | None] = ContextVar("_evaluation", default=None)


def record_decisions(file: Path) -> None:
    """Make the evaluator append each decision to `file`."""
    log = file.open("a", encoding="utf-8", buffering=1)
    resolve_key = iam_evaluator._resolve_condition_key
    iam_evaluator._resolve_condition_key = wrap(resolve_key, _resolve_condition_key)
    iam_evaluator.evaluate = wrap(iam_evaluator.evaluate, _keep_first_evaluation)
    iam_evaluator.enforce = wrap(iam_evaluator.enforce, lambda call: _record_decision(call, log))
    handlers = iam._IAM_HANDLERS
    put_role_policy = handlers["PutRolePolicy"]
    handlers["PutRolePolicy"] = wrap(put_role_policy, lambda call: _record_policy(call, log))


def _resolve_condition_key(call: Call) -> Any:
    """The value of a condition key. The local cloud takes HTTP where AWS's endpoints take HTTPS."""
    return "true" if call["key"].lower() == _SECURE_TRANSPORT else call.proceed()


def _keep_first_evaluation(call: Call) -> Any:
    evaluation = _evaluation.get()
    if evaluation and evaluation.context is None:
        evaluation.context, evaluation.policies = call["ctx"], call["policies"]
    return call.proceed()


def _record_decision(call: Call, log: TextIO) -> Any:
    evaluation = _Evaluation()
    before = _evaluation.set(evaluation)
    try:
        refusal = call.proceed()
    finally:
        _evaluation.reset(before)
    line = {
        "principal": _principal(call["access_key_id"], evaluation),
        "action": call["iam_action"],
        "resource": call["resource_arn"],
        "context": evaluation.context.service_context if evaluation.context else {},
        "decision": _decision(refusal),
        "statements": [] if refusal else _allowing_statements(evaluation),
    }
    log.write(json.dumps(line, default=str) + "\n")
    return refusal


def _record_policy(call: Call, log: TextIO) -> Any:
    (role,), (document,) = call["p"]["RoleName"], call["p"]["PolicyDocument"]
    log.write(json.dumps({"role": role, "policy": json.loads(document)}) + "\n")
    return call.proceed()


def _principal(access_key_id: str, evaluation: _Evaluation) -> str:
    """The ARN of the principal, or `anonymous`."""
    if evaluation.context:
        return str(evaluation.context.principal_arn)
    caller = iam_evaluator.resolve_caller_identity(access_key_id) or {}
    return str(caller.get("userArn", "anonymous"))


def _decision(refusal: Any) -> str:
    # A failed authentication has a code and no decision.
    return "Allow" if refusal is None else getattr(refusal, "decision", "Deny")


def _allowing_statements(evaluation: _Evaluation) -> list[dict[str, Any]]:
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
