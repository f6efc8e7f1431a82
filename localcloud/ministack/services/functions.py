"""Lambda functions: what Lambda does under a function's execution role, and which services may invoke it.

Under the role, Lambda writes logs, traces and dead letters. What the role does not allow is not done.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

import logging
import uuid
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime, responses
from ministack.services import lambda_svc

from localcloud.ministack.iam import authorization
from localcloud.ministack.wrapping import Call, wrap

logger = logging.getLogger(__name__)


def authorize_functions() -> None:
    """Make Lambda authorize what it does for a function."""
    service = lambda_svc
    service._create_function = wrap(service._create_function, _create_function)
    service.invoke_async_with_retry = wrap(service.invoke_async_with_retry, _invoke_async)
    service._emit_lambda_logs = wrap(service._emit_lambda_logs, _write_logs)
    service._route_async_failure = wrap(service._route_async_failure, _send_dead_letter)


def _create_function(call: Call) -> Any:
    request = call["data"]
    account = responses.get_account_id()
    place = f"{responses.get_region()}:{account}"
    source = {
        "aws:SourceAccount": account,
        "aws:SourceArn": f"arn:aws:lambda:{place}:function:{request['FunctionName']}",
    }
    if authorization.role_trusts(request["Role"], "lambda.amazonaws.com", source):
        return call.proceed()
    message = "The role defined for the function cannot be assumed by Lambda."
    return responses.error_response_json("InvalidParameterValueException", message, 400)


def _invoke_async(call: Call) -> None:
    """S3 invokes a function if the function's policy allows it; other callers are already authorized."""
    record = (call["event"].get("Records") or [{}])[0]
    is_s3 = record.get("eventSource") == "aws:s3"
    if not is_s3 or _allows_bucket(call["func"], record["s3"]["bucket"]["arn"]):
        call.proceed()


def _allows_bucket(function: dict[str, Any], bucket: str) -> bool:
    """Whether the function's policy allows S3 to invoke it for the bucket, given by its ARN."""
    arn = function["config"]["FunctionArn"]
    allowed = authorization.resource_allows(
        resource=arn,
        service="s3.amazonaws.com",
        action="lambda:InvokeFunction",
        source=bucket,
    )
    if not allowed:
        logger.warning("The policy of %s does not allow %s to invoke it", arn, bucket)
    return allowed


def _write_logs(call: Call) -> None:
    config = call["func"].get("config") or call["func"]
    place = config["FunctionArn"].split(":function:")[0].replace(":lambda:", ":logs:")
    default = f"/aws/lambda/{config['FunctionName']}"
    group = config.get("LoggingConfig", {}).get("LogGroup") or default
    stream = f"{place}:log-group:{group}:log-stream:{uuid.uuid4().hex}"
    # Both are authorized, though one refusal is enough: both belong in the record of decisions.
    allowed = [
        _role_allows(config, action, stream)
        for action in ("logs:CreateLogStream", "logs:PutLogEvents")
    ]
    if config.get("TracingConfig", {}).get("Mode") == "Active":
        for action in ("xray:PutTraceSegments", "xray:PutTelemetryRecords"):
            _role_allows(config, action, "*")
    if all(allowed):
        call.proceed()


def _send_dead_letter(call: Call) -> None:
    target = call["target_arn"]
    action = {"sqs": "sqs:SendMessage", "sns": "sns:Publish"}.get(target.split(":")[2])
    config = lambda_svc._functions[call["func_name"]]["config"]
    if action is None or _role_allows(config, action, target):
        call.proceed()


def _role_allows(config: dict[str, Any], action: str, resource: str) -> bool:
    """Whether the execution role of the function with this configuration allows the action."""
    key = lambda_runtime.execution_credentials(config)["AWS_ACCESS_KEY_ID"]
    service, region = action.partition(":")[0], config["FunctionArn"].split(":")[3]
    # Looked up in the module at each call: there, `enforce` is the one that records decisions.
    refusal = iam_evaluator.enforce(key, action, service, region, resource)
    if refusal is not None:
        logger.warning("%s does not allow %s on %s", config["Role"], action, resource)
    return refusal is None
