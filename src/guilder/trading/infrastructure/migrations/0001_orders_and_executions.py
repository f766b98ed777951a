"""The first tables: orders and their executions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import ExactDecimal, Flag, Id, Instant, Shares

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "trading_orders",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("owner", Id, nullable=False),
        sa.Column("portfolio_id", Id, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("client_order_id", sa.Text),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("order_type", sa.Text, nullable=False),
        sa.Column("time_in_force", sa.Text, nullable=False),
        sa.Column("quantity", Shares, nullable=False),
        sa.Column("filled_quantity", Shares, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("limit_price", ExactDecimal),
        sa.Column("stop_price", ExactDecimal),
        sa.Column("fill_profile", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("is_open", Flag, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("triggered_at", Instant),
        sa.Column("replaces", Id),
        sa.Column("replaced_by", Id),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ix_trading_orders_owner", "trading_orders", ["owner", "id"])
    op.create_index("ix_trading_orders_portfolio", "trading_orders", ["portfolio_id", "id"])
    op.create_index(
        "ix_trading_orders_open",
        "trading_orders",
        ["market", "id"],
        sqlite_where=sa.text("is_open = 1"),
        postgresql_where=sa.text("is_open = 1"),
    )
    op.create_index(
        "ux_trading_orders_client_order_id",
        "trading_orders",
        ["portfolio_id", "client_order_id"],
        unique=True,
        sqlite_where=sa.text("client_order_id IS NOT NULL"),
        postgresql_where=sa.text("client_order_id IS NOT NULL"),
    )
    op.create_table(
        "trading_executions",
        sa.Column("id", Id, primary_key=True),
        sa.Column("order_id", Id, nullable=False),
        sa.Column("quantity", Shares, nullable=False),
        sa.Column("price", ExactDecimal, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ix_trading_executions_order", "trading_executions", ["order_id", "id"])


def downgrade() -> None:
    op.drop_table("trading_executions")
    op.drop_table("trading_orders")
