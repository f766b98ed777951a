"""The tables of the trading room."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, text

from guilder.core.columns import Cash, ExactDecimal, Flag, Id, Instant, Shares

metadata = MetaData()

RESTING = text("trading_orders.is_open = 1")
"""As text, not with a bound value: only so can a partial index serve it."""

orders = Table(
    "trading_orders",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("owner", Id, nullable=False),
    Column("portfolio_id", Id, nullable=False),
    Column("market", Text, nullable=False),
    Column("client_order_id", Text),
    Column("symbol", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("order_type", Text, nullable=False),
    Column("time_in_force", Text, nullable=False),
    Column("quantity", Shares, nullable=False),
    Column("filled_quantity", Shares, nullable=False),
    Column("currency", Text, nullable=False),
    Column("limit_price", ExactDecimal),
    Column("stop_price", ExactDecimal),
    Column("fill_profile", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("is_open", Flag, nullable=False),
    Column("reason", Text),
    Column("triggered_at", Instant),
    Column("replaces", Id),
    Column("replaced_by", Id),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("parent_id", Id),
    Column("algorithm", Text),
    Column("horizon_seconds", Integer),
    Column("interval_seconds", Integer),
    Column("slices_placed", Integer),
    Column("notional", Cash),
    Column("sized_at", Instant),
    Column("sized_price", ExactDecimal),
)
"""`quantity` of an order for an amount of money is only expected until it is sized."""
Index("ix_trading_orders_owner", orders.c.owner, orders.c.id)
Index("ix_trading_orders_portfolio", orders.c.portfolio_id, orders.c.id)
Index(
    "ix_trading_orders_open",
    orders.c.market,
    orders.c.id,
    sqlite_where=text("is_open = 1"),
    postgresql_where=text("is_open = 1"),
)
Index(
    "ux_trading_orders_client_order_id",
    orders.c.portfolio_id,
    orders.c.client_order_id,
    unique=True,
    sqlite_where=text("client_order_id IS NOT NULL"),
    postgresql_where=text("client_order_id IS NOT NULL"),
)
Index(
    "ix_trading_orders_parent",
    orders.c.parent_id,
    orders.c.id,
    sqlite_where=text("parent_id IS NOT NULL"),
    postgresql_where=text("parent_id IS NOT NULL"),
)

slices = Table(
    "trading_slices",
    metadata,
    Column("order_id", Id, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("quantity", Shares, nullable=False),
)

executions = Table(
    "trading_executions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("order_id", Id, nullable=False),
    Column("quantity", Shares, nullable=False),
    Column("price", ExactDecimal, nullable=False),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("fee", Cash),
    Column("explanation", Text),
)
Index("ix_trading_executions_order", executions.c.order_id, executions.c.id)

controls = Table(
    "trading_controls",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("max_order_quantity", Shares),
    Column("max_order_value", Cash),
    Column("currency", Text),
    Column("max_open_orders", Integer),
    Column("halted_at", Instant),
    Column("halt_reason", Text),
    Column("halted_by", Id),
)
"""`id`: a portfolio's, or that of the house; `currency` is that of the value."""

volume_taken = Table(
    "trading_volume_taken",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("span_at", Instant, nullable=False),
    Column("quantity", Shares, nullable=False),
)
"""`id`: portfolio and symbol, `<uuid> AAPL`."""
