"""What stands before every route: a cap on bodies, and headers that tell browsers to trust nothing."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 64 * 1024
"""Bytes of one request; the largest legitimate one is a few hundred."""

LARGER = {"/v1/devices/import": 2 * 2**20}
"""Routes that take files: 20,000 lines of devices."""

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
    "x-content-type-options": "nosniff",
}


class TooLarge(HTTPException):
    """The body is larger than any we expect."""

    def __init__(self) -> None:
        super().__init__(413)


class BodyCap:
    """Refuses a body that announces too much, and one that turns out to be too much."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        limit = LARGER.get(scope["path"], BODY_LIMIT)
        announced = Headers(scope=scope).get("content-length", "0")
        seen = limit + 1 if not announced.isdigit() or int(announced) > limit else 0

        async def measured() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise TooLarge
            return message

        return await self._app(scope, measured, send)


class SafeHeaders:
    """Adds the headers to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        await self._app(scope, receive, dressed if scope["type"] == "http" else send)
