"""Routes whose bodies are read exactly: no number of a request is ever a binary float."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from guilder.core.exact_json import UnreadableJsonError, read_json
from guilder.core.problems import MalformedBodyError, UnsupportedMediaTypeError

RouteHandler = Callable[[Request], Coroutine[Any, Any, Response]]


class ExactRequest(Request):
    """A request whose JSON is read by `read_json`."""

    async def json(self) -> Any:
        """What the body says.

        Raises:
            MalformedBodyError: it is not JSON that can be read.
        """
        if not hasattr(self, "_json"):
            try:
                self._json = read_json(await self.body())
            except UnreadableJsonError as problem:
                raise MalformedBodyError(f"The body cannot be read as JSON: {problem}") from problem
        return self._json


def exactly(request: Request) -> ExactRequest:
    """The same request, read exactly; what was read of its body is not read again."""
    return request if isinstance(request, ExactRequest) else ExactRequest(request.scope, request.receive)


class ExactRoute(APIRoute):
    """A route that reads numbers exactly, and answers unreadable bodies with 400 and other kinds with 415."""

    def get_route_handler(self) -> RouteHandler:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def read_and_handle(request: Request) -> Response:
            exact = exactly(request)
            # Read here, outside the framework, which would call every failure of reading by one name.
            await read_body(exact)
            return await handle(exact)

        return read_and_handle


async def read_body(request: ExactRequest) -> Any:
    """What the body says; None when there is none.

    Raises:
        UnsupportedMediaTypeError: it does not say that it is JSON.
        MalformedBodyError: it is not JSON that can be read.
    """
    if not await request.body():
        return None
    if not _says_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaTypeError
    return await request.json()


def _says_json(content_type: str) -> bool:
    kind = content_type.split(";", 1)[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))
