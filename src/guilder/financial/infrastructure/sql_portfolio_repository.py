"""Portfolios in SQL: one row, and the rows of their open lots and reservations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select

from guilder.core.database import Database
from guilder.core.unit import Unit
from guilder.financial.domain.lot import Lot
from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.reservation import Reservation
from guilder.financial.infrastructure.kept_holdings import Holdings, KeptHoldings
from guilder.financial.infrastructure.ledger_rows import posting_rows, transaction_row
from guilder.financial.infrastructure.tables import (
    HELD,
    OPEN_LOTS,
    lots,
    portfolios,
    postings,
    reservations,
    transactions,
)
from guilder.published.financial import Account, PortfolioNotFoundError
from guilder.shared.currency import Currency
from guilder.shared.ids import LotId, MarketId, OrderId, PortfolioId, UserId
from guilder.shared.money import Money, Price
from guilder.shared.quantity import Quantity
from guilder.shared.symbol import StockSymbol

_ONE: Final = select(portfolios).where(portfolios.c.id == bindparam("id"))


class SqlPortfolioRepository:
    """`PortfolioRepository` on SQLite and PostgreSQL."""

    def __init__(self, database: Database, unit: Unit) -> None:
        self._database = database
        self._unit = unit
        self._kept = KeptHoldings()

    async def get(self, portfolio_id: PortfolioId) -> Portfolio:
        portfolio = await self._unit.find(Portfolio, portfolio_id, lambda: self._load(portfolio_id))
        if portfolio is None:
            raise PortfolioNotFoundError
        return portfolio

    async def account(self, portfolio_id: PortfolioId) -> Account:
        row = await self._database.fetch_one(select(portfolios).where(portfolios.c.id == portfolio_id))
        if row is None:
            raise PortfolioNotFoundError
        return Account(
            portfolio_id=portfolio_id,
            owner=UserId(row.owner),
            market=MarketId(row.market),
            base_currency=Currency.of(row.base_currency),
            fill_profile=row.fill_profile,
            pricing_strategy=row.pricing_strategy,
        )

    async def owned_by(self, owner: UserId) -> Sequence[Portfolio]:
        return await self._read(select(portfolios).where(portfolios.c.owner == owner).order_by(portfolios.c.id))

    def save(self, portfolio: Portfolio) -> None:
        unit, changes = self._unit.opened(), portfolio.release_changes()
        unit.put(portfolios, portfolio, _row(portfolio))
        for lot in changes.lots.values():
            unit.keep(lots, {"id": lot.id}, _lot_row(lot, portfolio.id))
        for reservation in changes.reservations.values():
            key = {"order_id": reservation.order_id}
            unit.keep(reservations, key, _reservation_row(reservation, portfolio.id))
        for transaction in changes.transactions:
            unit.add(transactions, transaction_row(transaction))
            for row in posting_rows(transaction):
                unit.add(postings, row)

    async def _load(self, portfolio_id: PortfolioId) -> Portfolio | None:
        """As it is committed: its own row alone, where it is known what it holds at that version."""
        row = await self._database.fetch_one(_ONE.params(id=portfolio_id))
        if row is None:
            return None
        holdings = self._kept.get(row.id, row.version)
        if holdings is not None:
            return _portfolio(row, holdings)
        found = await self._read(_ONE.params(id=portfolio_id))
        return found[0] if found else None

    async def _read(self, query: Select[Any]) -> Sequence[Portfolio]:
        """The portfolios of these rows, on one snapshot."""

        def read(connection: Connection) -> list[Portfolio]:
            rows = connection.execute(query).all()
            kept = {row.id: self._kept.get(row.id, row.version) for row in rows}
            read_now = _read_holdings(connection, [row for row in rows if kept[row.id] is None])
            for portfolio_id, holdings in read_now.items():
                self._kept.keep(portfolio_id, holdings)
            return [_portfolio(row, kept[row.id] or read_now[row.id]) for row in rows]

        return await self._database.read(read)


def _read_holdings(connection: Connection, rows: Sequence[Any]) -> dict[PortfolioId, Holdings]:
    """What the portfolios of these rows hold."""
    if not rows:
        return {}
    ids = [row.id for row in rows]
    of_open_lots = select(lots).where(lots.c.portfolio_id.in_(ids), OPEN_LOTS)
    of_reservations = select(reservations).where(reservations.c.portfolio_id.in_(ids), HELD)
    open_lots = _by_portfolio(connection.execute(of_open_lots.order_by(lots.c.acquired_at, lots.c.id)))
    held = _by_portfolio(connection.execute(of_reservations.order_by(reservations.c.order_id)))
    return {row.id: _holdings(row, open_lots.get(row.id, ()), held.get(row.id, ())) for row in rows}


def _by_portfolio(rows: Iterable[Any]) -> Mapping[Any, Sequence[Any]]:
    grouped: dict[Any, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.portfolio_id, []).append(row)
    return grouped


def _holdings(row: Any, lot_rows: Iterable[Any], reservation_rows: Iterable[Any]) -> Holdings:
    currency = Currency.of(row.base_currency)
    return Holdings(
        row.version,
        [_lot(lot, currency) for lot in lot_rows],
        [_reservation(reservation, currency) for reservation in reservation_rows],
    )


def _portfolio(row: Any, holdings: Holdings) -> Portfolio:
    currency = Currency.of(row.base_currency)
    return Portfolio(
        PortfolioId(row.id),
        UserId(row.owner),
        row.name,
        currency,
        MarketId(row.market),
        row.opened_at,
        fill_profile=row.fill_profile,
        pricing_strategy=row.pricing_strategy,
        settled=Money(row.settled, currency).rounded(),
        realized_pnl=Money(row.realized_pnl, currency).rounded(),
        lots=holdings.lots,
        reservations=holdings.reservations,
        version=row.version,
    )


def _lot(row: Any, currency: Currency) -> Lot:
    return Lot(
        LotId(row.id),
        StockSymbol(row.symbol),
        Quantity(row.quantity),
        Price(row.price, currency),
        Money(row.cost_basis, currency).rounded(),
        row.acquired_at,
    )


def _reservation(row: Any, currency: Currency) -> Reservation:
    cash = None if row.cash is None else Money(row.cash, currency).rounded()
    return Reservation(OrderId(row.order_id), StockSymbol(row.symbol), Quantity(row.shares), cash)


def _row(portfolio: Portfolio) -> dict[str, Any]:
    return {
        "id": portfolio.id,
        "owner": portfolio.owner,
        "name": portfolio.name,
        "base_currency": portfolio.base_currency.code,
        "market": portfolio.market,
        "fill_profile": portfolio.fill_profile,
        "pricing_strategy": portfolio.pricing_strategy,
        "opened_at": portfolio.opened_at,
        "settled": portfolio.settled.amount,
        "reserved": portfolio.reserved.amount,
        "realized_pnl": portfolio.realized_pnl.amount,
    }


def _lot_row(lot: Lot, portfolio_id: PortfolioId) -> dict[str, Any]:
    return {
        "portfolio_id": portfolio_id,
        "symbol": lot.symbol.value,
        "quantity": lot.quantity.value,
        "price": lot.price.amount,
        "cost_basis": lot.cost_basis.amount,
        "acquired_at": lot.acquired_at,
    }


def _reservation_row(reservation: Reservation, portfolio_id: PortfolioId) -> dict[str, Any]:
    return {
        "portfolio_id": portfolio_id,
        "symbol": reservation.symbol.value,
        "shares": reservation.shares.value,
        "cash": None if reservation.cash is None else reservation.cash.amount,
    }
