"""Limits and halts; orders for an amount of money."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Cash, ExactDecimal, Id, Instant, Shares

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "trading_controls",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("max_order_quantity", Shares),
        sa.Column("max_order_value", Cash),
        sa.Column("currency", sa.Text),
        sa.Column("max_open_orders", sa.Integer),
        sa.Column("halted_at", Instant),
        sa.Column("halt_reason", sa.Text),
        sa.Column("halted_by", Id),
    )
    op.add_column("trading_orders", sa.Column("notional", Cash))
    op.add_column("trading_orders", sa.Column("sized_at", Instant))
    op.add_column("trading_orders", sa.Column("sized_price", ExactDecimal))


def downgrade() -> None:
    op.drop_column("trading_orders", "sized_price")
    op.drop_column("trading_orders", "sized_at")
    op.drop_column("trading_orders", "notional")
    op.drop_table("trading_controls")
