"""Orders may be worked in slices, each an order of its own that names its parent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Id, Instant, Shares

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("trading_orders", sa.Column("parent_id", Id))
    op.add_column("trading_orders", sa.Column("algorithm", sa.Text))
    op.add_column("trading_orders", sa.Column("horizon_seconds", sa.Integer))
    op.add_column("trading_orders", sa.Column("interval_seconds", sa.Integer))
    op.add_column("trading_orders", sa.Column("slices_placed", sa.Integer))
    op.create_index(
        "ix_trading_orders_parent",
        "trading_orders",
        ["parent_id", "id"],
        sqlite_where=sa.text("parent_id IS NOT NULL"),
        postgresql_where=sa.text("parent_id IS NOT NULL"),
    )
    op.create_table(
        "trading_slices",
        sa.Column("order_id", Id, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("quantity", Shares, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("trading_slices")
    op.drop_index("ix_trading_orders_parent", "trading_orders")
    op.drop_column("trading_orders", "slices_placed")
    op.drop_column("trading_orders", "interval_seconds")
    op.drop_column("trading_orders", "horizon_seconds")
    op.drop_column("trading_orders", "algorithm")
    op.drop_column("trading_orders", "parent_id")
