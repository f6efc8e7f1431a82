"""Who may do what. ministack's IAM evaluator decides, for SageMaker as for all other services."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any, Protocol
from urllib.parse import urlsplit

from localcloud.sagemaker.errors import AwsError


@dataclass(frozen=True)
class Caller:
    """Credentials as a request shows them; their secret is known of sessions that the local cloud opens."""

    access_key: str
    token: str
    region: str
    secret: str = "local"  # noqa: S105 -- the account's own key: its signature is not checked


@dataclass(frozen=True)
class Call:
    """One action on one resource; `context` has the condition keys that the request brings."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


class Permissions(Protocol):
    def account(self, caller: Caller) -> str:
        """Whose key it is; raises AwsError if it is nobody's."""

    def require(self, caller: Caller, calls: Sequence[Call]) -> None:
        """Raises AwsError, in IAM's words, for the first call that is not allowed."""

    def assume_role(self, role: str, region: str, source: Mapping[str, str]) -> Caller | None:
        """SageMaker in a role; None if there is no such role or it does not trust SageMaker.

        `source` holds the condition keys that a trust policy may ask for, such as aws:SourceAccount.
        """

    def function_allows_rule(self, function: str, rule: str) -> bool:
        """Whether the function's policy lets EventBridge call it for the rule; both are ARNs."""


class Iam:
    """`url` is ministack's, behind its own gate."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._of_thread = threading.local()
        self._accounts: dict[str, str] = {}

    def account(self, caller: Caller) -> str:
        if caller.access_key not in self._accounts:
            self._accounts[caller.access_key] = self._authorize(caller, [])["account"]
        return self._accounts[caller.access_key]

    def require(self, caller: Caller, calls: Sequence[Call]) -> None:
        self._authorize(caller, calls)

    def assume_role(self, role: str, region: str, source: Mapping[str, str]) -> Caller | None:
        question = {
            "role": role,
            "service": "sagemaker.amazonaws.com",
            "session": "SageMaker",
            "context": dict(source),
        }
        answer = self._post("/_local/assume-role", question)
        if not answer:
            return None
        return Caller(answer["access_key"], answer["token"], region, answer["secret"])

    def function_allows_rule(self, function: str, rule: str) -> bool:
        question = {
            "resource": function,
            "service": "events.amazonaws.com",
            "action": "lambda:InvokeFunction",
            "source": rule,
        }
        return bool(self._post("/_local/allows-service", question)["allowed"])

    def _authorize(self, caller: Caller, calls: Sequence[Call]) -> dict[str, Any]:
        question = {
            "access_key": caller.access_key,
            "token": caller.token,
            "region": caller.region,
            "calls": [asdict(call) for call in calls],
        }
        answer = self._post("/_local/authorize", question)
        if "code" in answer:
            raise AwsError(answer["code"], answer["message"])
        return answer

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
