"""Kills a server at random moments under load, and looks after each restart whether a promise was broken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from tests.crash.inspection import Inspector
from tests.crash.traders import ANSWER_SECONDS, CLIENTS, Traders
from tests.crash.victim import Victim

PORTFOLIOS: Final = 8
CASH: Final = "900000000"
SHORTEST_LIFE: Final = 0.3
LONGEST_LIFE: Final = 3.0
"""Seconds of load before a kill."""
KILLED_WHILE_STARTING: Final = 0.2
"""How many of the restarts are killed as well, before they answer."""


@dataclass(slots=True)
class Toll:
    """What one run did; all counts are sums over the run."""

    database: str
    kills: int = 0
    kills_while_starting: int = 0
    under_way_when_killed: int = 0
    """Orders that were sent and not answered when the server died."""
    orders: int = 0
    filled: int = 0
    attempts: int = 0
    replayed: int = 0
    """Keys that were asked again, and gave the first answer byte for byte."""
    mails: int = 0
    mails_told_again: int = 0
    """Of a fill that had been told: a server died between a mail and its mark."""
    loaded_seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Orders a second while a server was up and under load."""
        return self.orders / self.loaded_seconds if self.loaded_seconds else 0.0


async def kill_again_and_again(
    folder: Path,
    database_url: str | None,
    *,
    kills: int,
    rate: int,
    seed: int,
    on_kill: Callable[[Toll], None],
) -> Toll:
    """Raises `BrokenPromiseError` or `LostError` with what went wrong; the books stay in `folder`."""
    chance = Random(seed)
    toll = Toll("sqlite" if database_url is None else "postgresql")
    victim = Victim(folder, database_url)
    await victim.start()
    try:
        async with lines_to(victim) as lines, trading(lines, rate, chance) as traders:
            inspector = Inspector(victim, lines[0])
            for _ in range(kills):
                await _load_and_kill(victim, traders, chance, toll)
                await _restart(victim, chance, toll)
                await traders.rest()
                await inspector.inspect(traders)
                _count(toll, traders, inspector)
                on_kill(toll)
    except BaseException:
        await victim.kill()
        raise
    await victim.stop()
    return toll


async def _load_and_kill(victim: Victim, traders: Traders, chance: Random, toll: Toll) -> None:
    traders.go_on()
    began = time.monotonic()
    await asyncio.sleep(chance.uniform(SHORTEST_LIFE, LONGEST_LIFE))
    toll.under_way_when_killed += traders.waiting
    await victim.kill()
    toll.kills += 1
    toll.loaded_seconds += time.monotonic() - began


async def _restart(victim: Victim, chance: Random, toll: Toll) -> None:
    if chance.random() < KILLED_WHILE_STARTING:
        await victim.begin()
        await asyncio.sleep(chance.uniform(0, LONGEST_LIFE))
        await victim.kill()
        toll.kills_while_starting += 1
    await victim.start()


def _count(toll: Toll, traders: Traders, inspector: Inspector) -> None:
    placed = traders.placed.values()
    toll.orders = len(placed)
    toll.filled = sum(order.is_filled for order in placed)
    toll.attempts = sum(order.attempts for order in placed)
    toll.replayed = inspector.replayed
    toll.mails = inspector.mails.total()
    toll.mails_told_again = toll.mails - len(inspector.mails)


@asynccontextmanager
async def lines_to(victim: Victim, clients: int = CLIENTS) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A line for each client: one pool for all would cost more than the server does."""
    terms: dict[str, Any] = {"base_url": victim.url, "headers": victim.key, "timeout": ANSWER_SECONDS}
    certificates = httpx.create_ssl_context()
    async with AsyncExitStack() as stack:
        made = [httpx.AsyncClient(**terms, verify=certificates, trust_env=False) for _ in range(clients)]
        yield [await stack.enter_async_context(line) for line in made]


@asynccontextmanager
async def trading(lines: Sequence[httpx.AsyncClient], rate: int, chance: Random) -> AsyncIterator[Traders]:
    """Clients with money, who get a mail for each fill."""
    http = lines[0]
    (await http.put("/v1/notifications/preferences", json={"fill_mails": True})).raise_for_status()
    portfolio_ids = []
    for number in range(PORTFOLIOS):
        terms = {"name": f"Savings {number}", "base_currency": "USD"}
        opened = await http.post("/v1/portfolios", json=terms)
        opened.raise_for_status()
        portfolio_ids.append(opened.json()["id"])
        money = {"amount": CASH, "currency": "USD"}
        (await http.post(f"/v1/portfolios/{portfolio_ids[-1]}/deposits", json=money)).raise_for_status()
    traders = Traders(lines, portfolio_ids, rate, chance)
    try:
        yield traders
    finally:
        await traders.go_home()
