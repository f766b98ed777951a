"""The tables of the user room. Of passwords, tokens and secrets there are hashes only."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text

from guilder.core.columns import Id, Instant, Json

metadata = MetaData()

users = Table(
    "user_users",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("registered_at", Instant, nullable=False),
    Column("activated_at", Instant),
    Column("recorded_at", Instant, nullable=False),
)
Index("ux_user_users_email_key", users.c.email_key, unique=True)

passwords = Table(
    "user_passwords",
    metadata,
    Column("user_id", Id, ForeignKey("user_users.id"), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

profiles = Table(
    "user_profiles",
    metadata,
    Column("id", Id, ForeignKey("user_users.id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("locale", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("base_currency", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

sessions = Table(
    "user_sessions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("user_id", Id, ForeignKey("user_users.id"), nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("recorded_at", Instant, nullable=False),
)
Index("ux_user_sessions_token_hash", sessions.c.token_hash, unique=True)

api_keys = Table(
    "user_api_keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("user_id", Id, ForeignKey("user_users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Column("recorded_at", Instant, nullable=False),
)
Index("ix_user_api_keys_user_id", api_keys.c.user_id)

# Some of these are for ids that belong to nobody (`RepeatedRegistration`), so no foreign key here.
activation_tokens = Table(
    "user_activation_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("token_hash", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("recorded_at", Instant, nullable=False),
)
Index("ux_user_activation_tokens_token_hash", activation_tokens.c.token_hash, unique=True)
Index("ix_user_activation_tokens_user_id", activation_tokens.c.user_id)
