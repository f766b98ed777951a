"""The bank test: whatever many clients do at once, money is neither made nor lost, and nobody ever sees it half moved.

For every portfolio, cash + what its shares cost - realized gains is what was paid in. So a snapshot of all portfolios
of one owner adds up to the same figure whatever was transferred and traded meanwhile; each deposit is a million, so
that it changes no digit below.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, Final

import httpx

from guilder.bootstrap.house import House
from guilder.bootstrap.verify import verify
from guilder.core.relay import Relay
from tests.houses import Resident, a_house, a_resident, settings_for

CLIENTS: Final = 64
REQUESTS_EACH: Final = 8
PORTFOLIOS: Final = 8
MILLION: Final = Decimal(1_000_000)
OPENING: Final = Decimal("12345.67")
REFUSALS: Final = frozenset({"insufficient_buying_power", "insufficient_quantity", "order_not_open"})


class Bank:
    """One owner's portfolios, and what is known of the money in them."""

    def __init__(self, owner: Resident, portfolio_ids: Sequence[str]) -> None:
        self.owner = owner
        self.ids = portfolio_ids
        self.begun_deposits = 0
        self.acknowledged_deposits = 0
        self.transfers = 0
        self.filled = 0
        self.snapshots = 0

    async def look(self) -> None:
        """One snapshot: its sum is the constant, and a million for each deposit that it can have seen."""
        at_least = self.acknowledged_deposits
        snapshot = await self.owner.get("/v1/portfolios")
        at_most = self.begun_deposits

        deposits, rest = divmod(sum(map(paid_in, snapshot)) - OPENING * PORTFOLIOS, MILLION)
        assert rest == 0
        assert at_least <= deposits <= at_most
        assert all(Decimal(one["available"]) >= 0 for one in snapshot)
        self.snapshots += 1

    async def transfer(self, chance: Random) -> None:
        sender, receiver = chance.sample(self.ids, 2)
        body = {"to": receiver, "amount": f"{chance.randint(1, 500_000) / Decimal(100):.2f}"}
        answer = await self.post(f"/v1/portfolios/{sender}/transfers", body)
        self.transfers += answer is not None

    async def trade(self, chance: Random) -> None:
        body = {
            "portfolio_id": chance.choice(self.ids),
            "symbol": chance.choice(["AAPL", "IBM", "MSFT"]),
            "side": chance.choice(["buy", "buy", "sell"]),
            "order_type": "market",
            "quantity": chance.choice(["1", "2.5", "0.333"]),
        }
        answer = await self.post("/v1/orders", body)
        self.filled += answer is not None and answer["status"] == "filled"

    async def rest_and_cancel(self, chance: Random) -> None:
        body = {
            "portfolio_id": chance.choice(self.ids),
            "symbol": "AAPL",
            "side": "buy",
            "order_type": "limit",
            "limit_price": "0.50",
            "quantity": "100",
        }
        order = await self.post("/v1/orders", body)
        if order is not None:
            await self.owner.call("DELETE", f"/v1/orders/{order['id']}", 200)

    async def deposit(self, chance: Random) -> None:
        self.begun_deposits += 1
        body = {"amount": str(MILLION), "currency": "USD"}
        assert await self.post(f"/v1/portfolios/{chance.choice(self.ids)}/deposits", body) is not None
        self.acknowledged_deposits += 1

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        """The answer, or None when it was refused for want of money or shares; nothing else may go wrong."""
        answer: httpx.Response = await self.owner.http.post(path, json=body)
        if answer.status_code == 409 and answer.json()["code"] in REFUSALS:
            return None
        assert answer.status_code == 201, answer.text
        return answer.json()


def paid_in(portfolio: dict[str, str]) -> Decimal:
    return Decimal(portfolio["cash"]) + Decimal(portfolio["cost_basis"]) - Decimal(portfolio["realized_pnl"])


async def a_client(bank: Bank, chance: Random) -> None:
    for _ in range(REQUESTS_EACH):
        [act] = chance.choices(["transfer", "trade", "rest", "deposit", "look"], [40, 20, 8, 8, 24])
        match act:
            case "transfer":
                await bank.transfer(chance)
            case "trade":
                await bank.trade(chance)
            case "rest":
                await bank.rest_and_cancel(chance)
            case "deposit":
                await bank.deposit(chance)
            case _:
                await bank.look()


async def test_every_snapshot_of_a_busy_bank_adds_up(tmp_path: Path, database_url: str | None) -> None:
    async with a_house(settings_for(tmp_path, database_url)) as house, a_resident(house) as ada:
        bank = Bank(ada, [await ada.portfolio(cash=str(OPENING)) for _ in range(PORTFOLIOS)])

        await asyncio.gather(*(a_client(bank, Random(number)) for number in range(CLIENTS)))

        await bank.look()
        assert bank.begun_deposits == bank.acknowledged_deposits
        assert min(bank.transfers, bank.filled, bank.snapshots, bank.acknowledged_deposits) > 10
        paid, received = await transferred(bank)
        assert paid == received
        assert len(paid) == bank.transfers
        await prove(house)


async def transferred(bank: Bank) -> tuple[list[Decimal], list[Decimal]]:
    """All amounts that the journals say were paid, and all that were received, in order of size."""
    cash = [amount for portfolio_id in bank.ids for amount in await transfers_of(bank.owner, portfolio_id)]
    return sorted(-amount for amount in cash if amount < 0), sorted(amount for amount in cash if amount > 0)


async def transfers_of(owner: Resident, portfolio_id: str) -> list[Decimal]:
    """What each transfer put into the portfolio's cash, or took out of it."""
    page = await owner.get(f"/v1/portfolios/{portfolio_id}/transactions", limit=500)
    assert page["next"] is None
    postings = [each["postings"] for each in page["items"] if each["kind"] == "transfer"]
    return [Decimal(line["amount"]) for lines in postings for line in lines if line["account"] == "cash"]


async def prove(house: House) -> None:
    async with asyncio.timeout(60):
        await house.container.get(Relay).told()
    assert [check for check in await verify(house) if not check.ok] == []
