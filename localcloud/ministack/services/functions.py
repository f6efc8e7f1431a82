"""What Lambda does for a function under the function's role, and who may call the function.

Under the role: log streams and events, traces, dead letters.
https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

import logging
import uuid
from functools import wraps
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime, responses
from ministack.services import lambda_svc

from localcloud.ministack.iam import authorization

logger = logging.getLogger(__name__)


def act_under_roles() -> None:
    """Have Lambda ask for each of them from now on; what the role may not do is left undone."""
    lambda_svc._emit_lambda_logs = _logged(lambda_svc._emit_lambda_logs)
    lambda_svc._route_async_failure = _routed(lambda_svc._route_async_failure)
    lambda_svc._create_function = _assumable(lambda_svc._create_function)
    lambda_svc.invoke_async_with_retry = _permitted(lambda_svc.invoke_async_with_retry)


def _assumable(create: Any) -> Any:
    @wraps(create)
    def created(request: dict[str, Any]) -> Any:
        name = f"function:{request['FunctionName']}"
        account = responses.get_account_id()
        source = {
            "aws:SourceAccount": account,
            "aws:SourceArn": f"arn:aws:lambda:{responses.get_region()}:{account}:{name}",
        }
        if authorization.trusts(request["Role"], "lambda.amazonaws.com", source):
            return create(request)
        message = "The role defined for the function cannot be assumed by Lambda."
        return responses.error_response_json("InvalidParameterValueException", message, 400)

    return created


def _permitted(invoke: Any) -> Any:
    """S3 calls a function by the function's policy; the API's caller was authorized before."""

    @wraps(invoke)
    def permitted(function: dict[str, Any], event: dict[str, Any]) -> None:
        record = (event.get("Records") or [{}])[0]
        if record.get("eventSource") != "aws:s3" or _lets_s3(function, record["s3"]["bucket"]):
            invoke(function, event)

    return permitted


def _lets_s3(function: dict[str, Any], bucket: dict[str, Any]) -> bool:
    arn = function["config"]["FunctionArn"]
    allowed = authorization.lets_service(
        resource=arn,
        service="s3.amazonaws.com",
        action="lambda:InvokeFunction",
        source=bucket["arn"],
    )
    if not allowed:
        logger.warning("%s may not call %s", bucket["arn"], arn)
    return allowed


def _logged(emit: Any) -> Any:
    @wraps(emit)
    def logged(function: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        config = function.get("config") or function
        place = config["FunctionArn"].split(":function:")[0].replace(":lambda:", ":logs:")
        name = (
            config.get("LoggingConfig", {}).get("LogGroup")
            or f"/aws/lambda/{config['FunctionName']}"
        )
        stream = f"{place}:log-group:{name}:log-stream:{uuid.uuid4().hex}"
        actions = ("logs:CreateLogStream", "logs:PutLogEvents")
        # All are asked for, though one refusal is enough.
        allowed = [_allows(config, action, stream) for action in actions]
        if config.get("TracingConfig", {}).get("Mode") == "Active":
            for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords"):
                _allows(config, action, "*")
        if all(allowed):
            emit(function, *args, **kwargs)

    return logged


def _routed(route: Any) -> Any:
    @wraps(route)
    def routed(target: str, name: str, *args: Any) -> None:
        action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}.get(target.split(":")[2])
        config = lambda_svc._functions[name]["config"]
        if action is None or _allows(config, action, target):
            route(target, name, *args)

    return routed


def _allows(config: dict[str, Any], action: str, resource: str) -> bool:
    key = lambda_runtime.execution_credentials(config)["AWS_ACCESS_KEY_ID"]
    service, region = action.partition(":")[0], config["FunctionArn"].split(":")[3]
    # By the module: `enforce` is the one that records.
    refusal = iam_evaluator.enforce(key, action, service, region, resource)
    if refusal is not None:
        logger.warning("%s may not %s on %s", config["Role"], action, resource)
    return refusal is None
