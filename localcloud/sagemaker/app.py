"""The stand-in's HTTP interface: one port for SageMaker, its runtime and Application Auto Scaling."""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from localcloud.behaviour import Behaviour
from localcloud.sagemaker import persistence
from localcloud.sagemaker.authorization.actions import sagemaker_calls
from localcloud.sagemaker.containers import hub
from localcloud.sagemaker.errors import AwsError
from localcloud.sagemaker.iam.permissions import Caller, Permissions
from localcloud.sagemaker.inference import asynchronous, realtime
from localcloud.sagemaker.inference.requests import parse_params
from localcloud.sagemaker.service import Service
from localcloud.sagemaker.state import Region

logger = logging.getLogger(__name__)

AWS_JSON = "application/x-amz-json-1.1"
ANSWERS_KEPT = 1000
# Credential=<access key>/<date>/<region>/<service>/aws4_request
_CREDENTIAL = re.compile(r"Credential=(\w+)/\d+/([^/]+)/")


class Api:
    """One service for each account and region, created at the first request."""

    def __init__(
        self, logs: Path, permissions: Permissions, behaviour: Behaviour, state: Path | None
    ) -> None:
        self._logs = logs
        self._state = state
        self._permissions = permissions
        self._behaviour = behaviour
        self._services: dict[tuple[str, str], Service] = {}
        self._answers: dict[str, str] = {}

    async def call_operation(self, request: Request) -> Response:
        params = json.loads(await request.body() or b"{}")
        target = request.headers.get("x-amz-target", "")
        invocation = request.headers.get("amz-sdk-invocation-id", "")
        logger.info("%s %s", target, invocation)
        answer = self._answers.get(invocation)
        if not answer:
            service, caller = await self._service(request)
            service.throttle(target)
            answer = json.dumps(await service.perform(target, params, caller))
            self._remember(invocation, answer)
        return Response(answer, media_type=AWS_JSON)

    def _remember(self, invocation: str, answer: str) -> None:
        """Keep the answer: under load, Terraform's SDK may lose it and send the same request again."""
        if invocation:
            self._answers[invocation] = answer
        while len(self._answers) > ANSWERS_KEPT:
            self._answers.pop(next(iter(self._answers)))

    async def invoke(self, request: Request) -> Response:
        body = await request.body()
        params = parse_params("InvokeEndpoint", request.path_params["name"], request.headers)
        region, name = await self._authorized("InvokeEndpoint", request)
        answer, variant = await realtime.invoke(region, name, body, params)
        invoked = {
            "x-Amzn-Invoked-Production-Variant": variant,
            "Content-Type": answer.content_type,
        }
        return Response(answer.body, headers=invoked)

    async def invoke_async(self, request: Request) -> Response:
        body = await request.body()
        params = parse_params("InvokeEndpointAsync", request.path_params["name"], request.headers)
        region, name = await self._authorized("InvokeEndpointAsync", request)
        accepted, headers = asynchronous.submit(region, name, body, params)
        return Response(
            json.dumps(accepted), status_code=202, headers=headers, media_type="application/json"
        )

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        self._resumed = asyncio.create_task(self._resume())
        yield
        if self._state:
            persistence.save(self._services.values(), self._state)
        for service in self._services.values():
            await service.close()

    async def ping(self, _: Request) -> Response:
        """Answer once the endpoints of the restored state are in service again."""
        await asyncio.shield(self._resumed)
        return Response()

    async def _resume(self) -> None:
        if self._state:
            persistence.load(self._state, self._service_of)
            await asyncio.gather(
                *(persistence.resume(each.region) for each in self._services.values())
            )

    async def _authorized(self, operation: str, request: Request) -> tuple[Region, str]:
        """The region and the endpoint's name. Raises AwsError if the caller may not invoke the endpoint."""
        service, caller = await self._service(request)
        name = request.path_params["name"]
        calls = sagemaker_calls(operation, service.region, {"EndpointName": name})
        await asyncio.to_thread(self._permissions.require, caller, calls)
        return service.region, name

    async def _service(self, request: Request) -> tuple[Service, Caller]:
        found = _CREDENTIAL.search(request.headers.get("authorization", ""))
        if not found:
            raise AwsError(
                "MissingAuthenticationTokenException", "Request is missing Authentication Token"
            )
        key, region = found.groups()
        caller = Caller(key, request.headers.get("x-amz-security-token", ""), region)
        account = await asyncio.to_thread(self._permissions.account_of, caller)
        return self._service_of(account, region), caller

    def _service_of(self, account: str, region: str) -> Service:
        if (account, region) not in self._services:
            self._services[account, region] = Service(
                Region(account, region, self._logs, self._permissions, self._behaviour)
            )
        return self._services[account, region]


def build(
    logs: Path, permissions: Permissions, behaviour: Behaviour, state: Path | None = None
) -> Starlette:
    """The application. `state` is the file that keeps the resources while the stand-in is stopped."""
    api = Api(logs, permissions, behaviour, state)
    return Starlette(
        routes=[
            Route("/", api.call_operation, methods=["POST"]),
            Route("/endpoints/{name}/invocations", api.invoke, methods=["POST"]),
            Route("/endpoints/{name}/async-invocations", api.invoke_async, methods=["POST"]),
            Route("/ping", api.ping),
            Mount(hub.PATH, routes=hub.ROUTES),
        ],
        exception_handlers={AwsError: _refuse},
        lifespan=api.lifespan,
    )


async def _refuse(_: Request, error: Exception) -> Response:
    """The error in both of AWS's protocols: each client reads its part."""
    if not isinstance(error, AwsError):
        raise error
    body = {"__type": error.code, "message": error.message, "Message": error.message}
    return Response(
        json.dumps(body | error.members),
        status_code=error.status,
        headers={"x-amzn-ErrorType": error.code},
        media_type=AWS_JSON,
    )
