"""Scopes of the container: one a request, a delivery or a command, each with its caller."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from guilder.core.caller import SYSTEM, Caller
from guilder.core.container import Container, Scope


@asynccontextmanager
async def scope_for(container: Container, caller: Caller) -> AsyncIterator[Scope]:
    """A scope in which services act on behalf of `caller`."""
    async with container.scope() as scope:
        scope.provide(Caller, caller)
        yield scope


def system_scope(container: Container) -> AbstractAsyncContextManager[Scope]:
    """A scope in which Guilder acts for itself."""
    return scope_for(container, SYSTEM)
