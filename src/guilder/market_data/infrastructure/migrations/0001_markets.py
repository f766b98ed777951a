"""The first table: markets, and where each of them stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Day, ExactDecimal, Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "market_data_markets",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("anchor", Day, nullable=False),
        sa.Column("now", Instant, nullable=False),
        sa.Column("speed", ExactDecimal, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("market_data_markets")
