"""Events set aside, as rows beside the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from guilder.core.database import Database
from guilder.core.set_aside import SetAsideEvent, SetAsideEventNotFoundError, SetAsideId
from guilder.core.tables import SET_ASIDE, inbox, outbox, set_aside
from guilder.core.unit import Unit


class SqlSetAsideEvents:
    """`SetAsideEvents` in the table `core_set_aside`. What was told after all does not count, whatever stands there."""

    def __init__(self, database: Database, unit: Unit) -> None:
        self._database = database
        self._unit = unit

    async def get(self, id: SetAsideId) -> SetAsideEvent:
        row = await self._database.fetch_one(_waiting().where(set_aside.c.id == id))
        if row is None:
            raise SetAsideEventNotFoundError
        return _event(row)

    async def oldest(self, *, after: tuple[int, str] | None, limit: int) -> Sequence[SetAsideEvent]:
        place = (set_aside.c.position, set_aside.c.subscriber)
        query = _waiting() if after is None else _waiting().where(tuple_(*place) > after)
        return [_event(row) for row in await self._database.fetch_all(query.order_by(*place).limit(limit))]

    async def count(self) -> int:
        row = await self._database.fetch_one(_waiting().with_only_columns(func.count()))
        return 0 if row is None else int(row[0])

    async def put(self, event: SetAsideEvent) -> None:
        def write(connection: Connection) -> None:
            heard = exists().where(inbox.c.event_id == event.event_id, inbox.c.subscriber == event.subscriber)
            if not connection.execute(select(heard)).scalar_one():
                dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
                values = {**_values(event), "replayed_at": None}
                row = dialect.insert(set_aside).values({**_key(event), **values})
                connection.execute(row.on_conflict_do_update(index_elements=list(_key(event)), set_=values))

        await self._database.write(write)

    def release(self, event: SetAsideEvent, at: datetime) -> None:
        self._unit.keep(set_aside, _key(event), {**_values(event), "replayed_at": at})


def _waiting() -> Select[Any]:
    heard = exists().where(inbox.c.event_id == set_aside.c.event_id, inbox.c.subscriber == set_aside.c.subscriber)
    with_payload = select(set_aside, outbox.c.payload).join(outbox, outbox.c.position == set_aside.c.position)
    return with_payload.where(SET_ASIDE, ~heard)


def _key(event: SetAsideEvent) -> dict[str, Any]:
    return {"subscriber": event.subscriber, "event_id": event.event_id}


def _values(event: SetAsideEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "position": event.position,
        "event_name": event.event_name,
        "aggregate_id": event.aggregate_id,
        "attempts": event.attempts,
        "error": event.error,
        "set_aside_at": event.set_aside_at,
    }


def _event(row: Any) -> SetAsideEvent:
    return SetAsideEvent(
        subscriber=row.subscriber,
        event_id=row.event_id,
        position=row.position,
        event_name=row.event_name,
        aggregate_id=row.aggregate_id,
        attempts=row.attempts,
        error=row.error,
        set_aside_at=row.set_aside_at,
        payload=row.payload,
    )
