"""What Lambda does for a function, under the function's role: logs, traces, dead letters.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
"""

import logging
import uuid
from functools import wraps
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import lambda_svc

logger = logging.getLogger(__name__)


def act_under_roles() -> None:
    """Have Lambda ask for each of them from now on; what the role may not do is left undone."""
    lambda_svc._emit_lambda_logs = _logged(lambda_svc._emit_lambda_logs)
    lambda_svc._route_async_failure = _routed(lambda_svc._route_async_failure)


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
