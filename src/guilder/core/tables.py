"""The tables of the machinery: what is told to other rooms, what was heard, the trail, answers, the writer."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, Table, Text, text

from guilder.core.columns import Flag, Id, Instant, Json

metadata = MetaData()

_POSITION = BigInteger().with_variant(Integer, "sqlite")

PENDING = text("core_outbox.is_pending = 1")
"""As text, not as a bound value: only so can a partial index serve it."""

outbox = Table(
    "core_outbox",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=True),
    Column("event_id", Id, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("is_pending", Flag, nullable=False),
    sqlite_autoincrement=True,
)
Index(
    "ix_core_outbox_pending",
    outbox.c.position,
    sqlite_where=text("is_pending = 1"),
    postgresql_where=text("is_pending = 1"),
)

inbox = Table(
    "core_inbox",
    metadata,
    Column("subscriber", Text, primary_key=True),
    Column("event_id", Id, primary_key=True),
    Column("recorded_at", Instant, nullable=False),
)

SET_ASIDE = text("core_set_aside.replayed_at IS NULL")

set_aside = Table(
    "core_set_aside",
    metadata,
    Column("subscriber", Text, primary_key=True),
    Column("event_id", Id, primary_key=True),
    Column("id", Id, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("event_name", Text, nullable=False),
    Column("aggregate_id", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("set_aside_at", Instant, nullable=False),
    Column("replayed_at", Instant),
)
Index("ux_core_set_aside_id", set_aside.c.id, unique=True)

idempotency = Table(
    "core_idempotency",
    metadata,
    Column("user_id", Id, primary_key=True),
    Column("method", Text, primary_key=True),
    Column("path", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", Json, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)
Index("ix_core_idempotency_recorded_at", idempotency.c.recorded_at)

audit_notes = Table(
    "core_audit_notes",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text),
    Column("details", Json, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

audit_heads = Table(
    "core_audit_heads",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
)

writer = Table(
    "core_writer",
    metadata,
    Column("share", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("batch", BigInteger, nullable=False),
)
