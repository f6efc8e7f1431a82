"""Parameter Store: the values that it refuses, stale reads, concurrent updates, throttling.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html (Value, TooManyUpdates)
AWS does not say how long a read may be stale, nor which updates count as concurrent.
"""

import re
import time
from copy import deepcopy
from typing import Any

from ministack.core.responses import error_response_json
from ministack.services import ssm

from localcloud.behaviour import Behaviour
from localcloud.throttling import CODE, MESSAGE, Limits

# Of `stale_seconds`, after an update of the same parameter.
_CONCURRENT = 0.05
_BUSY = "There are concurrent updates for a resource that supports one update at a time."
_NESTED = re.compile(r"\{\{.*\}\}", re.DOTALL)
_NO_NESTING = 'Parameter value can\'t nest another parameter. Do not use "{{}}" in the value.'


def behave(behaviour: Behaviour) -> None:
    """Have Parameter Store behave like that from now on."""
    ssm._put_parameter = _without_nesting(ssm._put_parameter)
    if behaviour.stale_seconds:
        updates = _Updates(behaviour.stale_seconds)
        ssm._put_parameter = updates.putting(ssm._put_parameter)
        ssm._get_parameter = updates.getting(ssm._get_parameter)
    if behaviour.throttled:
        ssm.handle_request = _throttled(ssm.handle_request, Limits())


class _Updates:
    """What the parameters that were just updated held before."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._before: dict[str, tuple[Any, float]] = {}

    def putting(self, put: Any) -> Any:
        def wrapped(data: Any) -> Any:
            name = data.get("Name")
            if name in self._before and self._age(name) < self._seconds * _CONCURRENT:
                return error_response_json("TooManyUpdates", _BUSY, 400)
            before = deepcopy(ssm._parameters.get(name))
            answer = put(data)
            if before and answer[0] == 200:
                self._before[name] = before, time.monotonic()
            return answer

        return wrapped

    def getting(self, get: Any) -> Any:
        def wrapped(data: Any) -> Any:
            name = data.get("Name")
            if name not in self._before or self._age(name) > self._seconds:
                return get(data)
            now = ssm._parameters[name]
            ssm._parameters[name] = self._before[name][0]
            try:
                return get(data)
            finally:
                ssm._parameters[name] = now

        return wrapped

    def _age(self, name: str) -> float:
        return time.monotonic() - self._before[name][1]


def _without_nesting(put: Any) -> Any:
    def wrapped(data: Any) -> Any:
        if _NESTED.search(data.get("Value", "")):
            return error_response_json("ValidationException", _NO_NESTING, 400)
        return put(data)

    return wrapped


def _throttled(handle: Any, limits: Limits) -> Any:
    async def wrapped(method: str, path: str, headers: Any, body: Any, query: Any) -> Any:
        if not limits.admits(headers.get("x-amz-target", "")):
            return error_response_json(CODE, MESSAGE, 400)
        return await handle(method, path, headers, body, query)

    return wrapped
