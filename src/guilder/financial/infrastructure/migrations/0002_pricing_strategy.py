"""A portfolio may name the strategy that prices its tickets; those that were there before leave it to the house."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("financial_portfolios", sa.Column("pricing_strategy", sa.Text))


def downgrade() -> None:
    op.drop_column("financial_portfolios", "pricing_strategy")
