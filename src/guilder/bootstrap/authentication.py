"""The door: who sent this request. Whoever cannot be told is nobody; services decide what nobody may do."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from guilder.core.caller import NOBODY, Caller, Role
from guilder.core.container import Scope
from guilder.core.container.fastapi import scope_of
from guilder.published.user import Identification, Identity

API_KEY_ID = "APCA-API-KEY-ID"
API_KEY_SECRET = "APCA-API-SECRET-KEY"  # noqa: S105 - the name of a header


class Authentication:
    """ASGI middleware inside the container's scope: puts the `Caller` into it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        if connection["type"] in ("http", "websocket"):
            services = scope_of(HTTPConnection(connection))
            services.provide(Caller, await _caller(services, Headers(scope=connection)))
        await self._app(connection, receive, send)


async def _caller(services: Scope, headers: Headers) -> Caller:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    key_id, secret = headers.get(API_KEY_ID), headers.get(API_KEY_SECRET)
    identity: Identity | None = None
    if scheme.lower() == "bearer" and token:
        identification = await services.aget(Identification)
        identity = await identification.by_token(token.strip())
    elif key_id and secret:
        identification = await services.aget(Identification)
        identity = await identification.by_api_key(key_id, secret)
    if identity is None:
        return NOBODY
    return Caller(identity.user_id, frozenset(Role(role) for role in identity.roles if role in set(Role)))
