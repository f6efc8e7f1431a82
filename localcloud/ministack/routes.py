"""What every request to ministack passes: the paths that are the local cloud's own, then ministack itself."""

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from localcloud.ministack.iam import authorization

PATH = "/_local/"


def gated(ministack: ASGIApp) -> ASGIApp:
    """`ministack` with the local cloud's own paths in front of it."""
    own = Starlette(
        routes=[
            Route(authorization.AUTHORIZE, authorization.authorize, methods=["POST"]),
            Route(authorization.ASSUME, authorization.assume, methods=["POST"]),
            Route(authorization.SERVES, authorization.serves, methods=["POST"]),
        ]
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        is_own = scope["type"] == "http" and scope["path"].startswith(PATH)
        await (own if is_own else ministack)(scope, receive, send)

    return app
