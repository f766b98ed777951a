"""The first tables: messages shown in the house, and who wants which mails."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Flag, Id, Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "notification_messages",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("sent_at", Instant, nullable=False),
        sa.Column("read_at", Instant),
    )
    op.create_index("ix_notification_messages_user_id", "notification_messages", ["user_id", "id"])
    op.create_table(
        "notification_preferences",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("fill_mails", Flag, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("notification_preferences")
    op.drop_table("notification_messages")
