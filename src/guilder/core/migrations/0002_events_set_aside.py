"""Events that a subscriber could not bear: kept aside with their error until an admin lets them be told again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Id, Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "core_set_aside",
        sa.Column("subscriber", sa.Text, primary_key=True),
        sa.Column("event_id", Id, primary_key=True),
        sa.Column("id", Id, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("event_name", sa.Text, nullable=False),
        sa.Column("aggregate_id", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("set_aside_at", Instant, nullable=False),
        sa.Column("replayed_at", Instant),
    )
    op.create_index("ux_core_set_aside_id", "core_set_aside", ["id"], unique=True)


def downgrade() -> None:
    op.drop_table("core_set_aside")
