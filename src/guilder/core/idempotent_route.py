"""Routes that honour `Idempotency-Key`: the same request with the same key changes things once.

The answer is saved in the commit of the change that it tells of. Services know nothing of it.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from guilder.core.caller import Caller
from guilder.core.container import Scope
from guilder.core.container.fastapi import scope_of
from guilder.core.exact_route import ExactRequest, ExactRoute, RouteHandler, exactly
from guilder.core.idempotency import (
    Answer,
    Answering,
    AnswerStore,
    Claim,
    InvalidIdempotencyKeyError,
    KeptAnswer,
    KeysInFlight,
    RequestKey,
    fingerprint_of,
    under_way,
)
from guilder.shared.errors import ConflictError

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"

_PARAMETER: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "The same request with the same key changes things once; it gets the first answer again.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
}
_METHODS: Final = frozenset({"POST", "PATCH", "DELETE"})
_KEPT_HEADERS: Final = ("content-type", "location")


class IdempotentRoute(ExactRoute):
    """A route that keeps its answers to signed-in callers who send an `Idempotency-Key`.

    Refusals are not kept: whoever was refused may ask again under the same key. Routes whose answers hold a secret
    are plain `ExactRoute`s: there a key is ignored.
    """

    def __init__(self, *args: Any, **terms: Any) -> None:
        super().__init__(*args, **terms)
        if _METHODS.intersection(self.methods or ()):
            told = self.openapi_extra or {}
            self.openapi_extra = {**told, "parameters": [*told.get("parameters", ()), _PARAMETER]}

    def get_route_handler(self) -> RouteHandler:
        handle = super().get_route_handler()
        return once(handle) if _METHODS.intersection(self.methods or ()) else handle


def once(handle: RouteHandler) -> RouteHandler:
    """A handler of requests that honours their keys around one that knows of none."""

    async def handle_once(request: Request) -> Response:
        if request.method not in _METHODS:
            return await handle(request)
        services = scope_of(request)
        answers: AnswerStore = services.get(AnswerStore)
        key = _key_of(request, services)
        if key is None:
            return await _answer_without_key(handle, answers.answering(), request)
        return await _Once(handle, answers, services.get(KeysInFlight), key).answer(exactly(request))

    return handle_once


def _key_of(request: Request, services: Scope) -> RequestKey | None:
    """Under what to keep the answer, if the caller is known and wants it kept. Raises `InvalidIdempotencyKeyError`."""
    keys = request.headers.getlist(HEADER)
    if not keys:
        return None
    caller: Caller = services.get(Caller)
    if caller.user_id is None:
        return None
    if len(keys) > 1:
        raise InvalidIdempotencyKeyError(f"A request has one {HEADER}; this one has {len(keys)}")
    return RequestKey(caller.user_id, request.method, request.scope["path"], keys[0])


async def _answer_without_key(handle: RouteHandler, answering: Answering, request: Request) -> Response:
    """The answer is rendered before the change is passed on: it tells of nothing that others build on it."""
    async with answering:
        response = await handle(request)
    await answering.settle()
    return response


class _Once:
    """One request under its key."""

    def __init__(self, handle: RouteHandler, answers: AnswerStore, in_flight: KeysInFlight, key: RequestKey) -> None:
        self._handle = handle
        self._answers = answers
        self._in_flight = in_flight
        self._key = key

    async def answer(self, request: ExactRequest) -> Response:
        """The first answer under this key: a kept one, or a new one, which is durable when this returns.

        Raises:
            IdempotencyKeyInUseError: the first request with this key is under way.
            IdempotencyKeyReusedError: the key was used for another request.
        """
        fingerprint = fingerprint_of(request.scope["query_string"], await request.body())
        self._in_flight.claim(self._key)
        answering = self._answers.answering()
        settling: asyncio.Future[None] | None = None
        try:
            kept = await self._answers.find(self._key)
            if kept is not None:
                return _again(kept.to(fingerprint))
            async with answering:
                with under_way(Claim(self._key, fingerprint)):
                    response = await self._handle(request)
                kept = _kept(response, fingerprint)
            # The unit is written even if this request is cut off, and holds the key till then.
            settling = self._settle(answering, kept)
        finally:
            if settling is None:
                self._let_go(answering)
        return await self._settled(settling, response, fingerprint)

    async def _settled(self, settling: asyncio.Future[None], response: Response, fingerprint: bytes) -> Response:
        try:
            await asyncio.shield(settling)
        except ConflictError:
            # Another process may have been first with the same key; then its answer is the answer.
            kept = await self._answers.find(self._key)
            if kept is None:
                raise
            return _again(kept.to(fingerprint))
        return response

    def _settle(self, answering: Answering, kept: KeptAnswer | None) -> asyncio.Future[None]:
        settling = asyncio.ensure_future(answering.settle(self._key, kept))
        settling.add_done_callback(self._release)
        return settling

    def _let_go(self, answering: Answering) -> None:
        """After an error the key is free again, once the units that had been left before it are written."""
        if answering.has_unit:
            self._settle(answering, None)
        else:
            self._in_flight.release(self._key)

    def _release(self, settling: asyncio.Future[None]) -> None:
        self._in_flight.release(self._key)
        if not settling.cancelled():
            # Looked at, so that nobody is warned of an error that was heard, or that nobody waits for any more.
            settling.exception()


def _kept(response: Response, fingerprint: bytes) -> KeptAnswer | None:
    """What to keep of an answer; nothing of a refusal, nor of a stream, whose end nobody knows yet."""
    body: Any = getattr(response, "body", None)
    if response.status_code >= 400 or body is None:
        return None
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return KeptAnswer(fingerprint, Answer(response.status_code, headers, bytes(body)))


def _again(answer: Answer) -> Response:
    return Response(answer.body, answer.status, {**answer.headers, REPLAYED: "true"})
