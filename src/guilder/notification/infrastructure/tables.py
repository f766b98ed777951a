"""The tables of the notification room."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, Table, Text

from guilder.core.columns import Flag, Id, Instant

metadata = MetaData()

messages = Table(
    "notification_messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("user_id", Id, nullable=False),
    Column("message", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("read_at", Instant),
)
Index("ix_notification_messages_user_id", messages.c.user_id, messages.c.id)

preferences = Table(
    "notification_preferences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("fill_mails", Flag, nullable=False),
)
