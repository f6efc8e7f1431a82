"""The local cloud's own paths on ministack's port; ministack serves all other paths."""

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from localcloud.ministack.iam import authorization

PREFIX = "/_local/"


def add_routes(ministack: ASGIApp) -> ASGIApp:
    """`ministack` with the paths of `authorization` in front of it."""
    own = Starlette(
        routes=[
            Route(authorization.AUTHORIZE, authorization.authorize, methods=["POST"]),
            Route(authorization.ASSUME_ROLE, authorization.assume_role, methods=["POST"]),
            Route(authorization.ALLOWS_SERVICE, authorization.allows_service, methods=["POST"]),
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_own = scope["type"] == "http" and scope["path"].startswith(PREFIX)
        await (own if is_own else ministack)(scope, receive, send)

    return app
