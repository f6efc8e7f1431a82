"""Who may do what. ministack's IAM evaluator decides, for SageMaker as for all other services."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

from rollforward.local.sagemaker.errors import AwsError


@dataclass(frozen=True)
class Caller:
    access_key: str
    token: str
    region: str


@dataclass(frozen=True)
class Call:
    """One action on one resource; `context` has the condition keys that the request brings."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


class Permissions(Protocol):
    def require(self, caller: Caller, calls: Sequence[Call]) -> str:
        """The caller's account; raises AwsError for the first call that is not allowed."""


class Iam:
    """`url` is ministack's, behind its own gate."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._of_thread = threading.local()

    def require(self, caller: Caller, calls: Sequence[Call]) -> str:
        question = asdict(caller) | {"calls": [asdict(call) for call in calls]}
        answer = self._post("/_local/authorize", question)
        if "code" in answer:
            raise AwsError(answer["code"], answer["message"])
        account: str = answer["account"]
        return account

    def _post(self, path: str, question: Mapping[str, Any]) -> dict[str, Any]:
        body = json.dumps(question)
        if not hasattr(self._of_thread, "connection"):
            self._of_thread.connection = HTTPConnection(self._host, timeout=30)
        connection: HTTPConnection = self._of_thread.connection
        try:
            return _asked(connection, path, body)
        except (OSError, HTTPException):
            # ministack ends a connection that was idle for long; the next request opens another.
            connection.close()
            return _asked(connection, path, body)


def _asked(connection: HTTPConnection, path: str, body: str) -> dict[str, Any]:
    connection.request("POST", path, body)
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    return answer
