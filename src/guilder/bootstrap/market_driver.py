"""Lets the markets that go on by themselves go on: what fell due in them is worked."""

from __future__ import annotations

from guilder.bootstrap.scopes import system_scope
from guilder.core.container import Container
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.market_data.application.market_watch import MarketWatch
from guilder.market_data.application.ports import MarketBoard
from guilder.market_data.application.replay_runner import ReplayRunner
from guilder.market_data.domain.market import MarketState
from guilder.trading.application.market_session_service import MarketSessionService


async def drive_markets(container: Container) -> None:
    """One round over all markets: those that follow the wall, each in a unit of its own, then the running replays.

    Raises:
        ConflictError, UnavailableError: something could not be saved; the next round tries again.
    """
    sessions, board = container.get(MarketSessionService), container.get(MarketBoard)
    watch = container.get(MarketWatch)
    for terms in board.all_terms():
        if terms.follows_the_wall and board.standing(terms.id).state is not MarketState.ENDED:
            async with container.get(CoreUnitOfWork):
                await sessions.catch_up(terms.id)
            watch.tell(terms.id)
    async with system_scope(container) as scope:
        await (await scope.aget(ReplayRunner)).go_on()
