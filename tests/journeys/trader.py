"""A process of its own that trades until somebody kills it: `python -m tests.journeys.trader FOLDER`.

It prints the id of its portfolio, then the id of each order, once that order is durable.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from guilder.bootstrap.house import House
from guilder.core.caller import Caller
from guilder.core.logging import configure_logging
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.shared.currency import USD
from guilder.shared.ids import PortfolioId
from guilder.trading.application.trading_service import TradingService
from tests.builders import AAPL, OWNER, shares, usd
from tests.houses import settings_for

SIDE_BY_SIDE = 8


def say(something: object) -> None:
    sys.stdout.write(f"{something}\n")
    sys.stdout.flush()


async def trade_for_ever(house: House, portfolio_id: PortfolioId) -> None:
    async with house.scope(Caller(OWNER)) as scope:
        trading = await scope.aget(TradingService)
        while True:
            order = await trading.place_market_order(portfolio_id, AAPL, shares("1"))
            say(order.id)


async def main(folder: Path) -> None:
    configure_logging("error", "json")  # on standard error, so that only ids stand on standard output
    async with House(settings_for(folder)) as house:
        async with house.scope(Caller(OWNER)) as scope:
            portfolios = await scope.aget(PortfolioService)
            portfolio = await portfolios.open_portfolio("Savings", USD)
            await portfolios.deposit(portfolio.id, usd("900000000"))
        say(portfolio.id)
        await asyncio.gather(*(trade_for_ever(house, portfolio.id) for _ in range(SIDE_BY_SIDE)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
