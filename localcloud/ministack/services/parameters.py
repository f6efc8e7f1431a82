"""Parameter Store: the values that it refuses, stale reads, concurrent updates, throttling.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (Value, TooManyUpdates)
AWS documents neither how long a read may be stale nor which updates are concurrent.
"""

import re
import time
from copy import deepcopy
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ssm

from localcloud.behaviour import Behaviour
from localcloud.ministack.wrapping import Call, wrap
from localcloud.throttling import CODE, MESSAGE, Limits

# The share of `stale_seconds` in which a second update of the same parameter is concurrent.
_CONCURRENT = 0.05
_TOO_MANY_UPDATES = (
    "There are concurrent updates for a resource that supports one update at a time."
)
_NESTED = re.compile(r"\{\{.*\}\}", re.DOTALL)
_NO_NESTING = 'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.'


def correct_parameters(behaviour: Behaviour) -> None:
    """Make Parameter Store behave as AWS's does, with the lags and limits of `behaviour`."""
    ssm._put_parameter = wrap(ssm._put_parameter, _refuse_nesting)
    if behaviour.stale_seconds:
        updates = _Updates(behaviour.stale_seconds)
        ssm._put_parameter = wrap(ssm._put_parameter, updates.put)
        ssm._get_parameter = wrap(ssm._get_parameter, updates.get)
    if behaviour.throttled:
        limits = Limits()
        ssm.handle_request = wrap(ssm.handle_request, lambda call: _throttle(call, limits))


class _Updates:
    """The values that parameters had before their last update, for `seconds` after it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._before: dict[str, tuple[Any, float]] = {}

    def put(self, call: Call) -> Any:
        name = call["data"].get("Name")
        if name in self._before and self._age(name) < self._seconds * _CONCURRENT:
            return error_response_json("TooManyUpdates", _TOO_MANY_UPDATES, 400)
        before = deepcopy(ssm._parameters.get(name))
        answer = call.proceed()
        if before and answer[0] == 200:
            self._before[name] = before, time.monotonic()
        return answer

    def get(self, call: Call) -> Any:
        name = call["data"].get("Name")
        if name not in self._before or self._age(name) > self._seconds:
            return call.proceed()
        now = ssm._parameters[name]
        ssm._parameters[name] = self._before[name][0]
        try:
            return call.proceed()
        finally:
            ssm._parameters[name] = now

    def _age(self, name: str) -> float:
        """Seconds since the last update."""
        return time.monotonic() - self._before[name][1]


def _refuse_nesting(call: Call) -> Any:
    if _NESTED.search(call["data"].get("Value", "")):
        return error_response_json("ValidationException", _NO_NESTING, 400)
    return call.proceed()


async def _throttle(call: Call, limits: Limits) -> Any:
    if not limits.take(call["headers"].get("x-amz-target", "")):
        return error_response_json(CODE, MESSAGE, 400)
    return await call.proceed()
