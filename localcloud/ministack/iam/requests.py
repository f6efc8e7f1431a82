"""What ministack's reading of a request leaves out of IAM's question, for the policies that are tested here.

CloudWatch: DescribeAlarms names its alarms, PutMetricData its namespace.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

from functools import wraps
from typing import Any

from ministack.core import iam_actions

from localcloud.ministack.iam.body import said_in

_CLOUDWATCH = "monitoring"


def complete() -> None:
    """Have ministack tell the evaluator all of it from now on."""
    iam_actions.extract_resource_arn = _with_alarms(iam_actions.extract_resource_arn)
    iam_actions.request_tag_context = _with_namespace(iam_actions.request_tag_context)


def _with_alarms(extract: Any) -> Any:
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
        if service != _CLOUDWATCH or found != "*":
            return found
        alarms = said_in(body).get("AlarmNames") or params.get("AlarmNames.member.1")
        # Several are one question, of the first.
        return f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarms[0]}" if alarms else found

    return extracted


def _with_namespace(context_of: Any) -> Any:
    @wraps(context_of)
    def completed(service: str, action: str, body: bytes, params: Any) -> dict[str, Any]:
        context: dict[str, Any] = context_of(service, action, body, params)
        if action == "cloudwatch:PutMetricData":
            namespace = said_in(body).get("Namespace") or params.get("Namespace", [""])[0]
            context["cloudwatch:namespace"] = namespace
        return context

    return completed
