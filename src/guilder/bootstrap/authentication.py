"""The door: who sent this request. Whoever cannot be told is nobody; services decide what nobody may do."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from guilder.core.caller import NOBODY, Caller, Role
from guilder.core.container import Scope
from guilder.core.container.fastapi import scope_of
from guilder.core.headers import header_of
from guilder.published.user import Identification, Identity

_KEY_ID: Final = b"apca-api-key-id"
_KEY_SECRET: Final = b"apca-api-secret-key"
_ROLES: Final = frozenset(Role)


class Authentication:
    """ASGI middleware inside the container's scope: puts the `Caller` into it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        if connection["type"] in ("http", "websocket"):
            services = scope_of(HTTPConnection(connection))
            services.provide(Caller, await _caller(services, connection))
        await self._app(connection, receive, send)


async def _caller(services: Scope, connection: Connection) -> Caller:
    scheme, _, token = (header_of(connection, b"authorization") or "").partition(" ")
    key_id, secret = header_of(connection, _KEY_ID), header_of(connection, _KEY_SECRET)
    identity: Identity | None = None
    if scheme.lower() == "bearer" and token:
        identification = await services.aget(Identification)
        identity = await identification.by_token(token.strip())
    elif key_id and secret:
        identification = await services.aget(Identification)
        identity = await identification.by_api_key(key_id, secret)
    if identity is None:
        return NOBODY
    return Caller(identity.user_id, frozenset(role for role in _ROLES if role in identity.roles))
