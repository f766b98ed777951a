"""Routes for what is asked most: the same answers as every other route gives, without the framework's detours.

The framework looks for a route among all others, and through its dependencies, for each request anew: half a
millisecond, as long as an order itself takes. A direct route is declared like any other, and described like any
other; but it is found by its address, and what the framework had worked out when it was declared is used as it is.
There are two kinds: one that takes a body, and one that reads what an id in its path names.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any, Final, cast
from uuid import UUID

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from guilder.core.exact_route import ExactRequest, ExactRoute, exactly, read_body
from guilder.core.idempotent_route import IdempotentRoute, once
from guilder.core.problems import problem_of, refusal_of
from guilder.shared.errors import GuilderError

FromRequest = Callable[[Request], Awaitable[Any]]
"""How `inject` gets a service."""

_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
        if self.body_field is None or len(needed.body_params) != 1:
            raise TypeError(f"{self.path} needs a model of its body")
        self._body_name, self._body = needed.body_params[0].name, self.body_field
        self._endpoint = _Endpoint(self)
        self.answer = once(self._straight)

    async def _straight(self, request: Request) -> Response:
        exact = exactly(request)
        told = await read_body(exact)
        has_body = bool(await exact.body())
        body, errors = self._body.validate(told, {}, loc=("body",)) if has_body else (None, _NO_BODY)
        if errors:
            raise refusal_of(errors)
        return await self._endpoint.answer(request, self._body_name, body)


class DirectRead(ExactRoute):
    """A GET with one id in its path, injected services, and nothing else.

    An id that is written in another way than the house writes ids is left to the framework, which reads more of them.

    Raises:
        TypeError: it is declared with more than that, or with less.
    """

    def __init__(self, *args: Any, **terms: Any) -> None:
        super().__init__(*args, **terms)
        needed = self.dependant
        more = [*needed.query_params, *needed.header_params, *needed.cookie_params, *needed.body_params]
        if more or self.methods != {"GET"} or [param.field_info.annotation for param in needed.path_params] != [UUID]:
            raise TypeError(f"{self.path} is no GET that takes one id in its path, and services only")
        self._id_name = needed.path_params[0].name
        self._before, _, self._after = self.path.partition(f"{{{self._id_name}}}")
        self._endpoint = _Endpoint(self)

    def id_in(self, path: str) -> UUID | None:
        """The id in an address of this route; None when it is none of this route's."""
        told = path.removeprefix(self._before).removesuffix(self._after)
        is_mine = _ID.fullmatch(told) and path == f"{self._before}{told}{self._after}"
        return UUID(told) if is_mine else None

    async def answer(self, request: Request, id: UUID) -> Response:
        """What there is to be read under this id."""
        return await self._endpoint.answer(request, self._id_name, id)


class _Endpoint:
    """What the framework worked out of a route when it was declared: whom it calls, with what, and how it answers.

    Raises:
        TypeError: the route has no model of its answer.
    """

    def __init__(self, route: APIRoute) -> None:
        if route.response_field is None:
            raise TypeError(f"{route.path} needs a model of its answer")
        self._call = route.endpoint
        self._services = [
            (service.name or "", cast(FromRequest, service.call)) for service in route.dependant.dependencies
        ]
        self._result = route.response_field
        self._excludes_unset = route.response_model_exclude_unset
        self._status = route.status_code or 200

    async def answer(self, request: Request, name: str, value: Any) -> Response:
        """Call it with its services, and with `value` for its parameter `name`."""
        services = {service: await of_request(request) for service, of_request in self._services}
        result = await self._call(**{name: value}, **services)
        content = self._result.serialize_json(result, exclude_unset=self._excludes_unset)
        return Response(content, self._status, media_type="application/json")


def direct_routes(router: APIRouter) -> list[DirectRoute | DirectRead]:
    """Those of a router's routes that are direct."""
    return [route for route in router.routes if isinstance(route, DirectRoute | DirectRead)]


class DirectWay:
    """A layer of the HTTP edge, the innermost: requests to direct routes are answered here."""

    def __init__(self, app: ASGIApp, routes: Iterable[DirectRoute | DirectRead]) -> None:
        self._app = app
        self._routes: dict[tuple[str, str], DirectRoute] = {}
        self._reads: list[DirectRead] = []
        for route in routes:
            if isinstance(route, DirectRead):
                self._reads.append(route)
            else:
                self._routes.update({(method, route.path): route for method in route.methods or ()})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._find(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._app(scope, receive, send)
            return
        scope["route"], answer = found
        request = ExactRequest(scope, receive, send)
        try:
            response = await answer(request)
        except GuilderError as refusal:
            response = problem_of(refusal)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    def _find(self, method: str, path: str) -> tuple[DirectRoute | DirectRead, FromRequest] | None:
        """The route that answers at this address, and what answers there."""
        route = self._routes.get((method, path))
        if route is not None:
            return route, route.answer
        if method == "GET":
            for read in self._reads:
                id = read.id_in(path)
                if id is not None:
                    return read, partial(read.answer, id=id)
        return None
