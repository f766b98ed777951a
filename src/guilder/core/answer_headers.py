"""A layer of the HTTP edge: headers that every answer carries."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_Headers = tuple[tuple[bytes, bytes], ...]

_EVERYWHERE: Final[_Headers] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
_API: Final[_Headers] = (
    *_EVERYWHERE,
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
_NAMES: Final = frozenset(name for name, _ in _API)


class AnswerHeaders:
    """Answers are taken for what they say they are, framed by nobody, and those of the API are kept by no cache."""

    def __init__(self, app: ASGIApp, api_prefixes: tuple[str, ...] = ("/v1/", "/v2/")) -> None:
        self._app = app
        self._api_prefixes = api_prefixes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = _API if scope["path"].startswith(self._api_prefixes) else _EVERYWHERE

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = message.get("headers", ())
                names = {name for name, _ in told}
                more = wanted if names.isdisjoint(_NAMES) else [each for each in wanted if each[0] not in names]
                message["headers"] = [*told, *more]
            await send(message)

        await self._app(scope, receive, send_with_headers)
