"""Callers and their permissions. ministack's IAM evaluator decides, for SageMaker as for other services."""

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
    """The credentials of a request. The secret is known for roles that the stand-in assumes."""

    access_key: str
    token: str
    region: str
    secret: str = "local"  # noqa: S105 -- the secret of root: its signature is not verified


@dataclass(frozen=True)
class Call:
    """One action on one resource (ARN); `context` has the condition keys of the request."""

    action: str
    resource: str
    context: Mapping[str, Any] = field(default_factory=dict)


class Permissions(Protocol):
    def account_of(self, caller: Caller) -> str:
        """The account of the caller's key. Raises AwsError for an unknown key."""

    def require(self, caller: Caller, calls: Sequence[Call]) -> None:
        """Raises AwsError, with IAM's message, for the first call that is denied."""

    def assume_role(self, role: str, region: str, source: Mapping[str, str]) -> Caller | None:
        """SageMaker's session of a role (ARN); None if the role does not exist or does not trust SageMaker.

        `source` has condition keys for the trust policy, such as aws:SourceAccount.
        """

    def function_allows_rule(self, function: str, rule: str) -> bool:
        """Whether the function's policy allows EventBridge to invoke it for the rule; both are ARNs."""


class IamClient:
    """The permissions that ministack's IAM evaluator grants. `url` is ministack's."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._thread = threading.local()
        self._accounts: dict[str, str] = {}

    def account_of(self, caller: Caller) -> str:
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
        if not hasattr(self._thread, "connection"):
            self._thread.connection = HTTPConnection(self._host, timeout=30)
        connection: HTTPConnection = self._thread.connection
        try:
            return _exchange(connection, path, body)
        except (OSError, HTTPException):
            # ministack closes a connection that was idle for long; the next request opens another.
            connection.close()
            return _exchange(connection, path, body)


def _exchange(connection: HTTPConnection, path: str, body: str) -> dict[str, Any]:
    connection.request("POST", path, body)
    answer: dict[str, Any] = json.loads(connection.getresponse().read())
    return answer
