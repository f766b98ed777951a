"""What every command begins with: its settings, and a conversation with the house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from guilder.bootstrap.acting_as import Wish
from guilder.bootstrap.client import Client, connected
from guilder.bootstrap.commands.quiet_settings import settings_of_books
from guilder.bootstrap.house import House
from guilder.core.container import Scope

T = TypeVar("T")


def ask(conversation: Callable[[Client], Awaitable[T]], wish: Wish) -> T:
    """What the API answers, spoken to on behalf of the one who is wished for. Raises as `connected`, and `Client`."""
    settings = settings_of_books()

    async def talk() -> T:
        async with connected(settings, wish) as client:
            return await conversation(client)

    return asyncio.run(talk())


@asynccontextmanager
async def beside_the_server() -> AsyncIterator[Scope]:
    """A scope in which the system acts on the data directory, whether a server runs there or not."""
    async with House(settings_of_books(), core=False) as guest, guest.system_scope() as scope:
        yield scope
