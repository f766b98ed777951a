"""The outermost layer of the HTTP edge: every request has an id, a line in the log, and an answer.

These layers are plain ASGI: they run in the request's own task, since a unit of work belongs to the task that
opened it.
"""

from __future__ import annotations

import asyncio
import re
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from guilder.core.headers import header_of
from guilder.core.ids import IdSource
from guilder.core.problems import MalformedAddressError, internal_problem, problem_of
from guilder.shared.errors import GuilderError

log = structlog.get_logger(__name__)

HEADER: Final = "X-Request-ID"
_RAW_HEADER: Final = HEADER.lower().encode()

_FIT_TO_ECHO = re.compile(r"[A-Za-z0-9._:\-]{1,128}")
_QUIET: Final = ("/health/", "/metrics")
"""Asked every few seconds by machines; only a failure is worth a line."""


class RequestLog:
    """Gives each request an id (its own, or that of `X-Request-ID`), logs it, and answers what nobody caught.

    Paths are logged, queries are not: they may hold what is nobody's business.
    """

    def __init__(self, app: ASGIApp, ids: IdSource) -> None:
        self._app = app
        self._ids = ids

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._request_id(scope)
        exchange = _Exchange(scope, send, request_id)
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._answer(exchange, scope, receive)
        finally:
            exchange.write_line()
            structlog.contextvars.reset_contextvars(**bound)

    async def _answer(self, exchange: _Exchange, scope: Scope, receive: Receive) -> None:
        try:
            _check_address(scope)
            await self._app(scope, receive, exchange.send)
        except GuilderError as refusal:
            # It was refused before the router was reached: there the handlers of the application answer.
            if exchange.status:
                raise
            await problem_of(refusal)(scope, receive, exchange.send)
        except Exception as error:
            log.exception("request_failed", error=repr(error))
            if exchange.status:
                raise
            await internal_problem()(scope, receive, exchange.send)

    def _request_id(self, scope: Scope) -> str:
        offered = header_of(scope, _RAW_HEADER) or ""
        request_id = offered if _FIT_TO_ECHO.fullmatch(offered) else str(self._ids.new())
        scope.setdefault("state", {})["request_id"] = request_id
        return request_id


class _Exchange:
    """One request and what was answered so far; status 0 means nothing."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (_RAW_HEADER, self._request_id.encode())]
        await self._send(message)

    def write_line(self) -> None:
        path: str = self._scope["path"]
        is_failure = self.status >= 500 or not self.status
        if path.startswith(_QUIET) and not is_failure:
            return
        log.log(
            40 if is_failure else 20,
            "request",
            method=self._scope["method"],
            path=path,
            status=self.status,
            milliseconds=round((self._clock() - self._since) * 1000, 1),
        )


def _check_address(scope: Scope) -> None:
    """A NUL is in no name of this house, and no database would look for it."""
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise MalformedAddressError
