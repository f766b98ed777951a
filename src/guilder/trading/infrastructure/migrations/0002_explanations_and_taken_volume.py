"""Executions keep their fee and what explains them; portfolios, what they had of a symbol's volume."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Cash, Instant, Shares

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("trading_executions", sa.Column("fee", Cash))
    op.add_column("trading_executions", sa.Column("explanation", sa.Text))
    op.create_table(
        "trading_volume_taken",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("span_at", Instant, nullable=False),
        sa.Column("quantity", Shares, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("trading_volume_taken")
    op.drop_column("trading_executions", "explanation")
    op.drop_column("trading_executions", "fee")
