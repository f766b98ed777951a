"""The tables of the financial room."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, text

from guilder.core.columns import Cash, ExactDecimal, Id, Instant, Shares

metadata = MetaData()

portfolios = Table(
    "financial_portfolios",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("owner", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("base_currency", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("fill_profile", Text),
    Column("opened_at", Instant, nullable=False),
    Column("settled", Cash, nullable=False),
    Column("reserved", Cash, nullable=False),
    Column("realized_pnl", Cash, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("pricing_strategy", Text),
)
Index("ix_financial_portfolios_owner", portfolios.c.owner, portfolios.c.id)

OPEN_LOTS = text("financial_lots.quantity > 0")
HELD = text("financial_reservations.shares > 0")
"""As text, not with bound values: only so can partial indexes serve them."""

lots = Table(
    "financial_lots",
    metadata,
    Column("id", Id, primary_key=True),
    Column("portfolio_id", Id, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("quantity", Shares, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("cost_basis", Cash, nullable=False),
    Column("acquired_at", Instant, nullable=False),
)
Index(
    "ix_financial_lots_open",
    lots.c.portfolio_id,
    sqlite_where=text("quantity > 0"),
    postgresql_where=text("quantity > 0"),
)

reservations = Table(
    "financial_reservations",
    metadata,
    Column("order_id", Id, primary_key=True),
    Column("portfolio_id", Id, nullable=False),
    Column("symbol", Text, nullable=False),
    Column("shares", Shares, nullable=False),
    Column("cash", Cash),
)
Index(
    "ix_financial_reservations_open",
    reservations.c.portfolio_id,
    sqlite_where=text("shares > 0"),
    postgresql_where=text("shares > 0"),
)

transactions = Table(
    "financial_transactions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("portfolio_id", Id, nullable=False),
    Column("kind", Text, nullable=False),
    Column("booked_at", Instant, nullable=False),
    Column("order_id", Id),
    Column("execution_id", Id),
    Column("realized_pnl", Cash),
    Column("recorded_at", Instant, nullable=False),
)
Index("ix_financial_transactions_portfolio", transactions.c.portfolio_id, transactions.c.id)

postings = Table(
    "financial_postings",
    metadata,
    Column("transaction_id", Id, primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("portfolio_id", Id, nullable=False),
    Column("account", Text, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("units", BigInteger, nullable=False),
)
"""`units`: ten-thousandths of a currency, billionths of a share (`stock:…`); exact sums are the database's own."""
