"""A process that is killed in the middle of its trades loses, doubles and half-books nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from guilder.bootstrap.house import House
from guilder.bootstrap.verify import verify
from guilder.core.caller import Caller
from guilder.financial.application.portfolio_service import PortfolioService
from guilder.shared.ids import OrderId, PortfolioId
from guilder.trading.application.trading_service import TradingService
from guilder.trading.domain.order_status import OrderStatus
from tests.builders import OWNER
from tests.houses import settings_for

ROOT = Path(__file__).parents[2]


def trade_until_killed(folder: Path, orders: int) -> tuple[PortfolioId, list[OrderId]]:
    """The portfolio, and every order that was acknowledged before the end came."""
    command = [sys.executable, "-m", "tests.journeys.trader", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as trader:
        assert trader.stdout is not None
        lines = [trader.stdout.readline() for _ in range(orders + 1)]
        trader.kill()
        lines += trader.stdout.readlines()
    told = [UUID(line.strip()) for line in lines if line.endswith("\n")]
    return PortfolioId(told[0]), [OrderId(order_id) for order_id in told[1:]]


@pytest.mark.parametrize("orders", [1, 150])
async def test_after_a_kill_every_acknowledged_order_is_there_and_the_books_agree(tmp_path: Path, orders: int) -> None:
    portfolio_id, acknowledged = trade_until_killed(tmp_path, orders)

    async with House(settings_for(tmp_path)) as house, house.scope(Caller(OWNER)) as scope:
        checks = await verify(house)
        trading = await scope.aget(TradingService)
        statuses = {(await trading.get_order(order_id)).status for order_id in acknowledged}
        portfolio = await (await scope.aget(PortfolioService)).get_portfolio(portfolio_id)

    assert [check for check in checks if not check.ok] == []
    assert (len(acknowledged) >= orders, statuses) == (True, {OrderStatus.FILLED})
    assert portfolio.positions[0].quantity.value >= len(acknowledged)
    assert portfolio.reserved.amount == 0
