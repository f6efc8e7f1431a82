"""What ministack misreads of the requests that Terraform's provider sends: their actions and resources.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from functools import wraps
from typing import Any

from ministack.core import iam_actions

from localcloud.ministack.iam.body import said_in

_NAMED_IN_BODY = {"events", "monitoring", "sns", "lambda"}
_INVOKE_CONFIG = "/event-invoke-config"
_VERBS = {"GET": "Get", "PUT": "Put", "POST": "Update", "DELETE": "Delete"}
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
_ABOUT_TAGS = (".TagResource", ".UntagResource", ".ListTagsForResource")


def correct() -> None:
    """Have ministack read them as AWS does from now on."""
    iam_actions.extract_iam_action = corrected_action(iam_actions.extract_iam_action)
    iam_actions.extract_resource_arn = corrected_resource(iam_actions.extract_resource_arn)


def corrected_action(extract: Any) -> Any:
    @wraps(extract)
    def extracted(service: str, method: str, path: str, *rest: Any) -> str | None:
        if service == "lambda" and path.rstrip("/").endswith(_INVOKE_CONFIG):
            return f"lambda:{_VERBS[method]}FunctionEventInvokeConfig"
        found: str | None = extract(service, method, path, *rest)
        return found

    return extracted


def corrected_resource(extract: Any) -> Any:
    @wraps(extract)
    def extracted(
        service: str,
        method: str,
        path: str,
        headers: Any,
        body: bytes,
        params: Any,
        region: str,
        account: str,
    ) -> str:
        found: str = extract(service, method, path, headers, body, params, region, account)
        # An S3 object may be any JSON, of any size.
        said = said_in(body) if service in _NAMED_IN_BODY else {}
        place = f"arn:aws:{service}:{region}:{account}"
        if service in ("events", "monitoring", "sns") and (arn := _tagged(said, params)):
            return arn
        if service == "events" and (rule := said.get("Rule") or said.get("Name")):
            return f"{place}:rule/{rule}"
        if service == "lambda" and found == "*" and "FunctionName" in said:
            return f"{place}:function:{said['FunctionName']}"
        if service == "logs" and ":log-group:" in found and not _is_about_tags(headers):
            return found if ":log-stream:" in found else f"{found}:log-stream:"
        return found

    return extracted


def _tagged(said: dict[str, Any], params: Any) -> str | None:
    """The resource of a request about tags."""
    for name in ("ResourceARN", "ResourceArn"):
        if found := said.get(name) or params.get(name):
            return str(found[0] if isinstance(found, list) else found)
    return None


def _is_about_tags(headers: Any) -> bool:
    return str(headers.get("x-amz-target", "")).endswith(_ABOUT_TAGS)
