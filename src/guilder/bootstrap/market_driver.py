"""Lets the markets that go on by themselves go on: what fell due in them is worked."""

from __future__ import annotations

from guilder.core.container import Container
from guilder.core.unit_of_work import CoreUnitOfWork
from guilder.market_data.application.ports import MarketBoard
from guilder.trading.application.market_session_service import MarketSessionService


async def drive_markets(container: Container) -> None:
    """One round over all markets, each in a unit of its own."""
    sessions, board = container.get(MarketSessionService), container.get(MarketBoard)
    for terms in board.all_terms():
        async with container.get(CoreUnitOfWork):
            await sessions.catch_up(terms.id)
