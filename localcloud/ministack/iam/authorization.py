"""The local cloud's own questions to ministack's IAM evaluator, for services that run beside it.

`POST /_local/authorize` asks whether a caller may make some calls; `POST /_local/assume` makes a service
the bearer of a role, if the role's trust policy allows it; `POST /_local/serves` asks whether a resource's
policy lets a service make a call.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator, responses
from ministack.services import iam, sts
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

AUTHORIZE = "/_local/authorize"
ASSUME = "/_local/assume"
SERVES = "/_local/serves"


async def authorize(request: Request) -> Response:
    """May the bearer of `access_key` and `token` make each of `calls` (action, resource, context)?

    Answers with the caller's account, and with `code` and `message` of the first refusal, if there is one.
    """
    asked = await request.json()
    key, token, region = asked["access_key"], asked["token"], asked["region"]
    responses.set_request_account_id(iam_evaluator.find_iam_access_key_account(key) or key)
    responses.set_request_region(region)
    account = responses.get_account_id()
    credential = iam_evaluator.resolve_credential(key, account, token)
    if isinstance(credential, iam_evaluator.CredentialResolutionError):
        return JSONResponse({"code": credential.code, "message": credential.message})
    for call in asked["calls"]:
        if message := _refusal(key, region, **call):
            refused = {"code": "AccessDeniedException", "message": message}
            return JSONResponse({"account": account, **refused})
    return JSONResponse({"account": account})


def _refusal(
    key: str, region: str, *, action: str, resource: str, context: dict[str, Any]
) -> str | None:
    """In AWS's words: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    service = action.partition(":")[0]
    # By the module: `enforce` is the one that records.
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


async def assume(request: Request) -> Response:
    """Credentials of `role` (its ARN) for `service`; none if the role's trust policy does not let it.

    `context` holds condition keys such as aws:SourceAccount.
    """
    asked = await request.json()
    role, session = asked["role"], asked["session"]
    account, name = account_and_name(role)
    responses.set_request_account_id(account)
    if not trusts(role, asked["service"], asked["context"]):
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


async def serves(request: Request) -> Response:
    """Whether the policy of `resource` lets `service` do `action`, for the resource `source`."""
    asked = await request.json()
    return JSONResponse({"allowed": lets_service(**asked)})


def lets_service(*, resource: str, service: str, action: str, source: str) -> bool:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""
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


def trusts(role: str, service: str, context: Mapping[str, str]) -> bool:
    """Whether there is such a role, and its trust policy lets the service assume it."""
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
    """Of `arn:aws:iam::123456789012:role/path/name`."""
    account, _, path = role.partition("::")[2].partition(":role/")
    return account, path.rpartition("/")[2]
