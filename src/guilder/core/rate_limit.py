"""A layer of the HTTP edge: nobody asks more often than the settings allow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from guilder.core.clock import Clock
from guilder.core.settings import RateLimit
from guilder.shared.errors import TooManyRequestsError

MOST_CALLERS: Final = 10_000
"""How many callers are remembered before those who have been quiet long enough are forgotten."""


class RateLimitReachedError(TooManyRequestsError):
    """You asked too often; wait as long as `Retry-After` says."""

    code = "rate_limit_reached"


def client_address(scope: Scope) -> str:
    """The address from which a request came."""
    client = scope.get("client")
    return str(client[0]) if client else ""


class RateLimited:
    """Refuses requests beyond `limit`; each caller, as `who` names him, has one of his own.

    A caller may spend his requests at once; they come back evenly. This is the generic cell rate algorithm: one
    instant is kept for each caller, at which all his requests will have come back. Paths under `free` are not
    counted.

    Raises:
        RateLimitReachedError: he has none left.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: RateLimit,
        clock: Clock,
        who: Callable[[Scope], str] = client_address,
        free: tuple[str, ...] = ("/health/",),
    ) -> None:
        self._app = app
        self._clock = clock
        self._who = who
        self._free = free
        self._between = timedelta(seconds=limit.seconds) // limit.requests
        self._window = timedelta(seconds=limit.seconds)
        self._whole_again_at: dict[str, datetime] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not scope["path"].startswith(self._free):
            self._count(self._who(scope))
        await self._app(scope, receive, send)

    def _count(self, caller: str) -> None:
        now = self._clock.now()
        known = self._whole_again_at.get(caller, now)
        if known - now > self._window:  # nobody is ever that far behind: the clock was set back
            known = now
        whole_again_at = max(known, now) + self._between
        if whole_again_at - now > self._window:
            wait = whole_again_at - now - self._window
            raise RateLimitReachedError(retry_after_seconds=-(-wait // timedelta(seconds=1)))
        if len(self._whole_again_at) >= MOST_CALLERS:
            self._whole_again_at = {who: at for who, at in self._whole_again_at.items() if at > now}
        self._whole_again_at[caller] = whole_again_at
