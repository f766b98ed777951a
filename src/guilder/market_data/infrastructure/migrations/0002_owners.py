"""Markets that users open belong to them; those that were there before are the house's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Id

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("market_data_markets", sa.Column("owner", Id))


def downgrade() -> None:
    op.drop_column("market_data_markets", "owner")
