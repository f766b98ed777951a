"""Routes for what is asked most: the same answers as every other route gives, without the framework's detours.

The framework looks for a route among all others, and through its dependencies, for each request anew: half a
millisecond, as long as an order itself takes. A direct route is declared like any other, and described like any
other; but it is found by its address, and what the framework had worked out when it was declared is used as it is.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, cast

from fastapi import APIRouter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from guilder.core.exact_route import ExactRequest, exactly, read_body
from guilder.core.idempotent_route import IdempotentRoute, once
from guilder.core.problems import problem_of, refusal_of
from guilder.shared.errors import GuilderError

FromRequest = Callable[[Request], Awaitable[Any]]
"""How `inject` gets a service."""

_NO_BODY: Final = [{"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}]


class DirectRoute(IdempotentRoute):
    """An idempotent route with a body, injected services, and nothing else: no parameter in its path or query.

    Raises:
        TypeError: it is declared with more than that.
    """

    def __init__(self, *args: Any, **terms: Any) -> None:
        super().__init__(*args, **terms)
        needed = self.dependant
        if needed.path_params or needed.query_params or needed.header_params or needed.cookie_params:
            raise TypeError(f"{self.path} takes parameters; a direct route has a body and services only")
        if self.body_field is None or self.response_field is None or len(needed.body_params) != 1:
            raise TypeError(f"{self.path} needs a model of its body and one of its answer")
        self._body_name, self._body = needed.body_params[0].name, self.body_field
        self._services = [(service.name or "", cast(FromRequest, service.call)) for service in needed.dependencies]
        self._result = self.response_field
        self.answer = once(self._straight)

    async def _straight(self, request: Request) -> Response:
        exact = exactly(request)
        told = await read_body(exact)
        has_body = bool(await exact.body())
        body, errors = self._body.validate(told, {}, loc=("body",)) if has_body else (None, _NO_BODY)
        if errors:
            raise refusal_of(errors)
        services = {name: await of_request(request) for name, of_request in self._services}
        result = await self.endpoint(**{self._body_name: body}, **services)
        content = self._result.serialize_json(result, exclude_unset=self.response_model_exclude_unset)
        return Response(content, self.status_code or 200, media_type="application/json")


def direct_routes(router: APIRouter) -> list[DirectRoute]:
    """Those of a router's routes that are direct."""
    return [route for route in router.routes if isinstance(route, DirectRoute)]


class DirectWay:
    """A layer of the HTTP edge, the innermost: requests to direct routes are answered here."""

    def __init__(self, app: ASGIApp, routes: Iterable[DirectRoute]) -> None:
        self._app = app
        self._routes = {(method, route.path): route for route in routes for method in route.methods or ()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = self._routes.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if route is None:
            await self._app(scope, receive, send)
            return
        scope["route"] = route
        request = ExactRequest(scope, receive, send)
        try:
            response = await route.answer(request)
        except GuilderError as refusal:
            response = problem_of(refusal)
        except ClientDisconnect:
            return
        await response(scope, receive, send)
