"""A websocket client for an application in this process: it speaks ASGI, as a server would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

from starlette.types import ASGIApp, Message

SECONDS: Final = 20
"""After this long something hangs."""


class RefusedHandshakeError(Exception):
    """The server answered the handshake by HTTP, or closed the connection before it was open (status 403)."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body

    @property
    def code(self) -> str:
        """That of the problem document."""
        return str(json.loads(self.body)["code"])


class Socket:
    """An open websocket, from the client's side."""

    def __init__(self, to_server: asyncio.Queue[Message], from_server: asyncio.Queue[Message]) -> None:
        self._to_server = to_server
        self._from_server = from_server

    async def next(self) -> Any:
        """The next message, which is JSON."""
        async with asyncio.timeout(SECONDS):
            message = await self._from_server.get()
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def send(self, text: str) -> None:
        await self._to_server.put({"type": "websocket.receive", "text": text})


@asynccontextmanager
async def a_websocket(app: ASGIApp, path: str, headers: Mapping[str, str] | None = None) -> AsyncIterator[Socket]:
    """Connects, and goes away at the end; by then the application is done. Raises `RefusedHandshakeError`."""
    to_server: asyncio.Queue[Message] = asyncio.Queue()
    from_server: asyncio.Queue[Message] = asyncio.Queue()
    path, _, query = path.partition("?")
    scope = {
        "type": "websocket",
        "asgi": {"version": "3.0"},
        "scheme": "ws",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()],
        "client": ("127.0.0.1", 1),
        "server": ("guilder", 80),
        "subprotocols": [],
        "extensions": {"websocket.http.response": {}},
    }
    await to_server.put({"type": "websocket.connect"})
    serving = asyncio.ensure_future(_serve(app, scope, to_server, from_server))
    try:
        await _open(from_server)
        yield Socket(to_server, from_server)
    finally:
        await to_server.put({"type": "websocket.disconnect", "code": 1000})
        async with asyncio.timeout(SECONDS):
            await serving


async def _serve(
    app: ASGIApp, scope: Any, to_server: asyncio.Queue[Message], from_server: asyncio.Queue[Message]
) -> None:
    await app(scope, to_server.get, from_server.put)


async def _open(from_server: asyncio.Queue[Message]) -> None:
    async with asyncio.timeout(SECONDS):
        answer = await from_server.get()
        if answer["type"] == "websocket.accept":
            return
        if answer["type"] == "websocket.close":
            raise RefusedHandshakeError(403, b"")
        body = await from_server.get()
    raise RefusedHandshakeError(answer["status"], body["body"])
