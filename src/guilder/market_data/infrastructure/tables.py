"""The tables of this room."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

from guilder.core.columns import Day, ExactDecimal, Id, Instant

metadata = MetaData()

markets = Table(
    "market_data_markets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("mode", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("anchor", Day, nullable=False),
    Column("now", Instant, nullable=False),
    Column("speed", ExactDecimal, nullable=False),
    Column("state", Text, nullable=False),
    Column("owner", Id),
)
