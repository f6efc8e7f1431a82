"""Answers of ministack's IAM evaluator to the services that run beside ministack.

- `POST /_local/authorize`: may a caller make these calls?
- `POST /_local/assume-role`: credentials of a role for a service, if the role's trust policy allows it.
- `POST /_local/allows-service`: does a resource's policy allow a call by a service?
"""

import secrets
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import iam, sts
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

AUTHORIZE = "/_local/authorize"
ASSUME_ROLE = "/_local/assume-role"
ALLOWS_SERVICE = "/_local/allows-service"


async def authorize(request: Request) -> Response:
    """Decide whether the credentials `access_key` and `token` allow each of `calls`.

    A call has an `action`, a `resource` (ARN) and a `context` (condition keys). The answer has the `account`
    of the caller, and `code` and `message` of the first refusal, if there is one.
    """
    question = await request.json()
    key, token, region = question["access_key"], question["token"], question["region"]
    responses.set_request_account_id(iam_evaluator.find_iam_access_key_account(key) or key)
    responses.set_request_region(region)
    account = responses.get_account_id()
    credential = iam_evaluator.resolve_credential(key, account, token)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return JSONResponse({"code": credential.code, "message": credential.message})
    for call in question["calls"]:
        if message := _refusal(key, region, **call):
            refused = {"code": "AccessDeniedException", "message": message}
            return JSONResponse({"account": account, **refused})
    return JSONResponse({"account": account})


def _refusal(
    key: str, region: str, *, action: str, resource: str, context: dict[str, Any]
) -> str | None:
    """AWS's message for a call that is denied; None if it is allowed.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    service = action.partition(":")[0]
    # Looked up in the module at each call: there, `enforce` is the one that records decisions.
    denied = iam_evaluator.enforce(key, action, service, region, resource, context)
    if denied is None:
        return None
    if isinstance(denied, iam_evaluator.AuthError):
        return str(denied.message)
    explicit = denied.decision == "Deny"
    if explicit and denied.resource_policy_arn:
        return str(
            iam_actions._resource_policy_denial(
                service, action, denied.principal_arn, denied.resource_policy_arn
            )
        )
    message: str = iam_actions.identity_denial_message(
        action, denied.principal_arn, resource, explicit
    )
    return message


async def assume_role(request: Request) -> Response:
    """Credentials of `role` (ARN) for `service`; empty if the role's trust policy does not allow it.

    `context` has condition keys, such as aws:SourceAccount.
    """
    question = await request.json()
    role, session = question["role"], question["session"]
    account, name = account_and_name(role)
    responses.set_request_account_id(account)
    if not role_trusts(role, question["service"], question["context"]):
        return JSONResponse({})
    credentials = {
        "access_key": f"ASIA{secrets.token_hex(8).upper()}",
        "secret": secrets.token_hex(20),
        "token": secrets.token_hex(32),
    }
    sts.register_session(
        credentials["access_key"],
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session}",
            "UserId": f"{name}:{session}",
            "SecretAccessKey": credentials["secret"],
            "SessionToken": credentials["token"],
        },
    )
    return JSONResponse(credentials)


async def allows_service(request: Request) -> Response:
    """Decide whether the policy of `resource` allows `action` by `service` for the resource `source`."""
    question = await request.json()
    return JSONResponse({"allowed": resource_allows(**question)})


def resource_allows(*, resource: str, service: str, action: str, source: str) -> bool:
    """Whether the policy of a resource allows a call by a service; `resource` and `source` are ARNs.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    _, _, namespace, region, account, _ = resource.split(":", 5)
    responses.set_request_account_id(account)
    responses.set_request_region(region)
    found = iam_evaluator._resource_policy(namespace, resource)
    question = iam_evaluator.EvalContext(
        principal_arn=service,
        principal_type="Service",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=region,
        service_context={"aws:sourcearn": source, "aws:sourceaccount": account},
    )
    result = iam_evaluator.evaluate_resource_policy(found[0] if found else None, question, service)
    return bool(result.decision == "Allow")


def role_trusts(role: str, service: str, context: Mapping[str, str]) -> bool:
    """Whether the role exists and its trust policy allows the service to assume it."""
    account, name = account_and_name(role)
    found = iam._roles.get_scoped(account, None, name)
    if not found:
        return False
    question = iam_evaluator.EvalContext(
        principal_arn=service,
        principal_type="Service",
        principal_account=account,
        action="sts:AssumeRole",
        resource_arn="*",
        region="",
        service_context={key.lower(): value for key, value in context.items()},
    )
    trust = found["AssumeRolePolicyDocument"]
    result = iam_evaluator.evaluate_resource_policy(trust, question, service)
    return bool(result.decision == "Allow")


def account_and_name(role: str) -> tuple[str, str]:
    """Account and name of a role by its ARN, such as `arn:aws:iam::123456789012:role/path/name`."""
    account, _, path = role.partition("::")[2].partition(":role/")
    return account, path.rpartition("/")[2]
