"""The action, resource and condition keys that AWS authorizes, where ministack reads a request otherwise.

These are the requests that Terraform's provider and SDKs send for event rules, alarms, topics, functions and
log groups.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

import json
from typing import Any

from ministack.core import iam_actions

from localcloud.ministack.wrapping import Call, wrap

CLOUDWATCH = "monitoring"
_NAMED_IN_BODY = {"events", CLOUDWATCH, "sns", "lambda"}
_NAMED_BY_TAG_REQUESTS = {"events", CLOUDWATCH, "sns"}
_INVOKE_CONFIG = "/event-invoke-config"
_VERBS = {"GET": "Get", "PUT": "Put", "POST": "Update", "DELETE": "Delete"}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
_TAG_OPERATIONS = (".TagResource", ".UntagResource", ".ListTagsForResource")


def correct_requests() -> None:
    """Make ministack authorize these requests as AWS does."""
    iam_actions.extract_iam_action = wrap(iam_actions.extract_iam_action, find_action)
    iam_actions.extract_resource_arn = wrap(iam_actions.extract_resource_arn, find_resource)
    iam_actions.request_tag_context = wrap(iam_actions.request_tag_context, find_context)


def find_action(call: Call) -> str | None:
    """The IAM action of a request, such as `lambda:PutFunctionEventInvokeConfig`."""
    if call["service"] == "lambda" and call["path"].rstrip("/").endswith(_INVOKE_CONFIG):
        return f"lambda:{_VERBS[call['method']]}FunctionEventInvokeConfig"
    found: str | None = call.proceed()
    return found


def find_resource(call: Call) -> str:
    """The ARN of a request's resource; `*` for none. A request that names several alarms has the first."""
    found: str = call.proceed()
    service, params = call["service"], call["query_params"]
    place = f"{call['region']}:{call['account_id']}"
    # An S3 object may be any JSON, of any size.
    body = _parse(call["body"]) if service in _NAMED_IN_BODY else {}
    if service in _NAMED_BY_TAG_REQUESTS and (arn := _find_tagged_resource(body, params)):
        return arn
    if service == CLOUDWATCH and found == "*":
        alarms = body.get("AlarmNames") or params.get("AlarmNames.member.1")
        return f"arn:aws:cloudwatch:{place}:alarm:{alarms[0]}" if alarms else found
    if service == "events" and (rule := body.get("Rule") or body.get("Name")):
        return f"arn:aws:events:{place}:rule/{rule}"
    if service == "lambda" and found == "*" and "FunctionName" in body:
        return f"arn:aws:lambda:{place}:function:{body['FunctionName']}"
    if service == "logs" and ":log-group:" in found and not _is_tag_request(call["headers"]):
        return found if ":log-stream:" in found else f"{found}:log-stream:"
    return found


def find_context(call: Call) -> dict[str, Any]:
    """The condition keys of a request, with the namespace of PutMetricData."""
    context: dict[str, Any] = call.proceed()
    if call["iam_action"] == "cloudwatch:PutMetricData":
        in_body = _parse(call["body"]).get("Namespace")
        context["cloudwatch:namespace"] = in_body or call["params"].get("Namespace", [""])[0]
    return context


def _parse(body: bytes) -> dict[str, Any]:
    """A JSON body; empty for a body that is not a JSON object, or that Python does not parse."""
    if not body.startswith(b"{"):
        return {}
    try:
        found: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found


def _find_tagged_resource(body: dict[str, Any], params: Any) -> str | None:
    """The ARN that a request about tags names; None for other requests."""
    for name in ("ResourceARN", "ResourceArn"):
        if found := body.get(name) or params.get(name):
            return str(found[0] if isinstance(found, list) else found)
    return None


def _is_tag_request(headers: Any) -> bool:
    return str(headers.get("x-amz-target", "")).endswith(_TAG_OPERATIONS)
