"""The HTTP edge of the house, in one place: what routers use, and what the composition root puts around them."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import FastAPI
from starlette.types import Scope

from guilder.core.answer_headers import AnswerHeaders
from guilder.core.api_description import UNSIGNED, describe_alike
from guilder.core.body_limit import BodyLimit
from guilder.core.clock import Clock
from guilder.core.direct_route import DirectRead, DirectRoute
from guilder.core.exact_route import ExactRoute
from guilder.core.head_requests import HeadRequests
from guilder.core.idempotent_route import IdempotentRoute
from guilder.core.ids import IdSource
from guilder.core.problems import STATUSES, add_problem_handlers, problem_document, problem_of, refusal_of, status_of
from guilder.core.rate_limit import RateLimited, client_address
from guilder.core.request_log import RequestLog
from guilder.core.settings import RateLimit


def put_edge_around(
    app: FastAPI,
    *,
    ids: IdSource,
    clock: Clock,
    max_body_bytes: int = 1024**2,
    rate_limit: RateLimit | None = None,
    who: Callable[[Scope], str] = client_address,
) -> None:
    """Give every request an id, a line in the log, a limit and, whatever happens, an answer.

    Call it after all other middleware was added: the layer that is added last is the outermost.
    """
    app.router.route_class = ExactRoute
    add_problem_handlers(app)
    describe_alike(app)
    app.add_middleware(HeadRequests)
    if rate_limit is not None:
        app.add_middleware(RateLimited, limit=rate_limit, clock=clock, who=who)
    app.add_middleware(BodyLimit, largest=max_body_bytes)
    app.add_middleware(AnswerHeaders)
    app.add_middleware(RequestLog, ids=ids)


__all__ = [
    "STATUSES",
    "UNSIGNED",
    "DirectRead",
    "DirectRoute",
    "ExactRoute",
    "IdempotentRoute",
    "problem_document",
    "problem_of",
    "put_edge_around",
    "refusal_of",
    "status_of",
]
