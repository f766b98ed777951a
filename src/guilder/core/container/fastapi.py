"""The container in FastAPI: one scope a request or websocket, and `inject` in the routes.

    app.state.container = container
    app.add_middleware(ContainerScopeMiddleware)

    @router.get("/orders/{order_id}")
    async def get_order(order_id: OrderId, trading: TradingService = inject(TradingService)): ...

`trading: Inject[TradingService]` says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, cast

from anyio import CancelScope
from fastapi import Depends
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Connection

from guilder.core.container.container import Container
from guilder.core.container.keys import ContainerError
from guilder.core.container.scope import Scope

T = TypeVar("T")

_KEY = "guilder.container_scope"


def inject(service_type: type[T], name: str | None = None) -> T:
    """The default of a route's parameter: the service, from the scope of the request or websocket."""
    return cast(T, Depends(_from_scope(service_type, name)))


if TYPE_CHECKING:
    Inject = Annotated[T, "from the scope of the request"]
else:

    class Inject:
        """`trading: Inject[TradingService]`: the same as a type hint."""

        def __class_getitem__(cls, service_type: Any) -> Any:
            return Annotated[service_type, Depends(_from_scope(service_type, None))]


def scope_of(connection: HTTPConnection) -> Scope:
    """The open scope of this request or websocket, to ask, or to `provide` what only the request knows.

    Raises:
        ContainerError: the application goes without `ContainerScopeMiddleware`.
    """
    scope = connection.scope.get(_KEY)
    if not isinstance(scope, Scope):
        raise ContainerError("no scope in this request: add ContainerScopeMiddleware to the application")
    return scope


class ContainerScopeMiddleware:
    """Opens a scope of `app.state.container` for each request and websocket.

    It ends after the answer is sent, also when the route failed or was cancelled.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, connection: Connection, receive: Receive, send: Send) -> None:
        if connection["type"] not in {"http", "websocket"}:
            await self._app(connection, receive, send)
            return
        scope = await _container_of(connection).scope().__aenter__()
        connection[_KEY] = scope
        try:
            await self._app(connection, receive, send)
        except BaseException as error:
            await _end(scope, error)
            raise
        await _end(scope, None)


def _container_of(connection: Connection) -> Container:
    container = getattr(connection["app"].state, "container", None)
    if not isinstance(container, Container):
        raise ContainerError("the application has no container: app.state.container = …")
    return container


async def _end(scope: Scope, error: BaseException | None) -> None:
    """Close what the scope holds, all of it, even if the request was cancelled."""
    with nullcontext() if scope.is_light else CancelScope(shield=True):
        await scope.__aexit__(type(error) if error else None, error, None)


def _from_scope(service_type: Any, name: str | None) -> Callable[[HTTPConnection], Coroutine[Any, Any, Any]]:
    async def dependency(connection: HTTPConnection) -> Any:
        return await scope_of(connection).aget(service_type, name)

    dependency.__annotations__["connection"] = HTTPConnection
    return dependency
