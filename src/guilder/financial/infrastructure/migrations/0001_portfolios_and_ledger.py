"""The first tables: portfolios with their lots and reservations, and the double-entry ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Cash, ExactDecimal, Id, Instant, Shares

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "financial_portfolios",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("owner", Id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("base_currency", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("fill_profile", sa.Text),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("settled", Cash, nullable=False),
        sa.Column("reserved", Cash, nullable=False),
        sa.Column("realized_pnl", Cash, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ix_financial_portfolios_owner", "financial_portfolios", ["owner", "id"])
    op.create_table(
        "financial_lots",
        sa.Column("id", Id, primary_key=True),
        sa.Column("portfolio_id", Id, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("quantity", Shares, nullable=False),
        sa.Column("price", ExactDecimal, nullable=False),
        sa.Column("cost_basis", Cash, nullable=False),
        sa.Column("acquired_at", Instant, nullable=False),
    )
    op.create_index(
        "ix_financial_lots_open",
        "financial_lots",
        ["portfolio_id"],
        sqlite_where=sa.text("quantity > 0"),
        postgresql_where=sa.text("quantity > 0"),
    )
    op.create_table(
        "financial_reservations",
        sa.Column("order_id", Id, primary_key=True),
        sa.Column("portfolio_id", Id, nullable=False),
        sa.Column("symbol", sa.Text, nullable=False),
        sa.Column("shares", Shares, nullable=False),
        sa.Column("cash", Cash),
    )
    op.create_index(
        "ix_financial_reservations_open",
        "financial_reservations",
        ["portfolio_id"],
        sqlite_where=sa.text("shares > 0"),
        postgresql_where=sa.text("shares > 0"),
    )
    op.create_table(
        "financial_transactions",
        sa.Column("id", Id, primary_key=True),
        sa.Column("portfolio_id", Id, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("booked_at", Instant, nullable=False),
        sa.Column("order_id", Id),
        sa.Column("execution_id", Id),
        sa.Column("realized_pnl", Cash),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ix_financial_transactions_portfolio", "financial_transactions", ["portfolio_id", "id"])
    op.create_table(
        "financial_postings",
        sa.Column("transaction_id", Id, primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True),
        sa.Column("portfolio_id", Id, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("commodity", sa.Text, nullable=False),
        sa.Column("units", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("financial_postings")
    op.drop_table("financial_transactions")
    op.drop_table("financial_reservations")
    op.drop_table("financial_lots")
    op.drop_table("financial_portfolios")
