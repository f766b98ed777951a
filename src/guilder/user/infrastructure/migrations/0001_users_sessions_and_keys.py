"""The first tables: users with their passwords and profiles, and what they prove themselves with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from guilder.core.columns import Id, Instant, Json

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "user_users",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("email_key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("registered_at", Instant, nullable=False),
        sa.Column("activated_at", Instant),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ux_user_users_email_key", "user_users", ["email_key"], unique=True)
    op.create_table(
        "user_passwords",
        sa.Column("user_id", Id, sa.ForeignKey("user_users.id"), primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_table(
        "user_profiles",
        sa.Column("id", Id, sa.ForeignKey("user_users.id"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("locale", sa.Text, nullable=False),
        sa.Column("timezone", sa.Text, nullable=False),
        sa.Column("base_currency", sa.Text, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_table(
        "user_sessions",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("user_id", Id, sa.ForeignKey("user_users.id"), nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ux_user_sessions_token_hash", "user_sessions", ["token_hash"], unique=True)
    op.create_table(
        "user_api_keys",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("user_id", Id, sa.ForeignKey("user_users.id"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.LargeBinary, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("revoked_at", Instant),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ix_user_api_keys_user_id", "user_api_keys", ["user_id"])
    # Some tokens are for ids that belong to nobody, so there is no foreign key.
    op.create_table(
        "user_activation_tokens",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("user_id", Id, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("used_at", Instant),
        sa.Column("recorded_at", Instant, nullable=False),
    )
    op.create_index("ux_user_activation_tokens_token_hash", "user_activation_tokens", ["token_hash"], unique=True)
    op.create_index("ix_user_activation_tokens_user_id", "user_activation_tokens", ["user_id"])


def downgrade() -> None:
    op.drop_table("user_activation_tokens")
    op.drop_table("user_api_keys")
    op.drop_table("user_sessions")
    op.drop_table("user_profiles")
    op.drop_table("user_passwords")
    op.drop_table("user_users")
