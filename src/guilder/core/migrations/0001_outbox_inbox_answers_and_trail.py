"""The first tables: what is told to other rooms, what was heard, kept answers, the audit trail, the writer."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Flag, Id, Instant, Json

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "core_outbox",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("aggregate_id", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("is_pending", Flag, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_core_outbox_pending",
        "core_outbox",
        ["position"],
        sqlite_where=sa.text("is_pending = 1"),
        postgresql_where=sa.text("is_pending = 1"),
    )
    op.create_table(
        "core_inbox",
        sa.Column("subscriber", sa.Text, primary_key=True),
        sa.Column("event_id", Id, primary_key=True),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_table(
        "core_idempotency",
        sa.Column("user_id", Id, primary_key=True),
        sa.Column("method", sa.Text, primary_key=True),
        sa.Column("path", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_hash", sa.LargeBinary, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("headers", Json, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ix_core_idempotency_recorded_at", "core_idempotency", ["recorded_at"])
    op.create_table(
        "core_audit_notes",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text),
        sa.Column("details", Json, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "core_audit_heads",
        sa.Column("chain", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "core_writer",
        sa.Column("share", sa.Text, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("batch", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("core_writer")
    op.drop_table("core_audit_heads")
    op.drop_table("core_audit_notes")
    op.drop_table("core_idempotency")
    op.drop_table("core_inbox")
    op.drop_table("core_outbox")
