"""The journal in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from guilder.core.database import Database
from guilder.financial.domain.transaction import Transaction
from guilder.financial.infrastructure.ledger_rows import transaction_of
from guilder.financial.infrastructure.tables import portfolios, postings, transactions
from guilder.shared.currency import Currency
from guilder.shared.ids import PortfolioId, TransactionId


class SqlLedger:
    """`Ledger` on SQLite and PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def transactions(
        self, portfolio_id: PortfolioId, *, after: TransactionId | None, limit: int
    ) -> Sequence[Transaction]:
        def read(connection: Connection) -> list[Transaction]:
            of_portfolio = select(portfolios.c.base_currency).where(portfolios.c.id == portfolio_id)
            currency = Currency(connection.execute(of_portfolio).scalar_one())
            page = select(transactions).where(transactions.c.portfolio_id == portfolio_id)
            if after is not None:
                page = page.where(transactions.c.id > after)
            rows = connection.execute(page.order_by(transactions.c.id).limit(limit)).all()
            lines: dict[Any, list[Any]] = {}
            of_these = select(postings).where(postings.c.transaction_id.in_([row.id for row in rows]))
            for line in connection.execute(of_these.order_by(postings.c.transaction_id, postings.c.line)):
                lines.setdefault(line.transaction_id, []).append(line)
            return [transaction_of(row, lines.get(row.id, ()), currency) for row in rows]

        return await self._database.read(read)
