"""A clock that is set back locks nobody out."""

from __future__ import annotations

from datetime import timedelta

from starlette.types import Receive, Scope, Send

from guilder.core.rate_limit import RateLimited
from guilder.core.settings import RateLimit
from guilder.testing import FakeClock


async def an_app(_scope: Scope, _receive: Receive, _send: Send) -> None:
    """Takes every request."""


async def no_message() -> dict[str, object]:
    return {}


async def nobody(_message: object) -> None:
    return


async def test_after_the_clock_was_set_back_a_caller_may_still_ask() -> None:
    clock = FakeClock()
    limited = RateLimited(an_app, RateLimit(requests=10, seconds=1), clock)
    request = {"type": "http", "path": "/v1/orders", "client": ("10.0.0.1", 1)}
    await limited(request, no_message, nobody)

    clock.advance(timedelta(hours=-1))

    await limited(request, no_message, nobody)
