"""The rows of one portfolio's books, written again for others: the same history under ids of their own."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from guilder.bootstrap.backup.copy_lines import read_lines, write_lines
from guilder.bootstrap.backup.manifest import TablePlan
from guilder.core.audit_chain import AuditNote
from guilder.core.tables import outbox
from guilder.financial.infrastructure import tables as financial
from guilder.trading.infrastructure import tables as trading

_ID: Final = re.compile("([0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
"""As a column has it, or as documents do."""

Renewed = Mapping[str, str]
"""The id that stands where another one stood, both as they are written there."""


class History:
    """All rows of books in which there is a single portfolio so far."""

    def __init__(self, connection: Connection, notes: Sequence[AuditNote]) -> None:
        """`notes`: what the trail has of it; they are given anew, since only the core chains them."""
        self._notes = notes
        self._tables = {plan.name: (plan, _ID.split(_lines_of(connection, plan))) for plan in _plans()}
        found = {text for _, pieces in self._tables.values() for text in pieces[1::2]}
        self._ids = sorted({UUID(text) for text in found})

    def renewed(self, new_id: Callable[[], UUID]) -> Renewed:
        """Ids for one more portfolio, in the order of those that they stand for."""
        pairs = [(old, new_id()) for old in self._ids]
        return {**{old.hex: new.hex for old, new in pairs}, **{str(old): str(new) for old, new in pairs}}

    def write(self, connection: Connection, portfolios: Sequence[Renewed]) -> None:
        """Add the rows of these portfolios, but for the trail's."""
        for plan, pieces in self._tables.values():
            lines = "".join(_told_again(pieces, renewed) for renewed in portfolios)
            read_lines(connection, plan, io.BytesIO(lines.encode()))

    def notes(self, renewed: Renewed) -> Sequence[AuditNote]:
        """What the trail has to say of one of them."""

        def again(text: str) -> str:
            return _told_again(_ID.split(text), renewed)

        return [
            replace(
                note,
                actor=again(note.actor),
                subject=None if note.subject is None else again(note.subject),
                details={name: again(told) for name, told in note.details.items()},
            )
            for note in self._notes
        ]


def _plans() -> Sequence[TablePlan]:
    """The tables of a portfolio's books. The database counts events anew; their ids have the same order."""
    events = TablePlan.of(outbox)
    uncounted = [column for column in events.columns if column.name not in events.key]
    of_rooms = (*financial.metadata.sorted_tables, *trading.metadata.sorted_tables)
    return [*map(TablePlan.of, of_rooms), replace(events, columns=uncounted, key=[outbox.c.event_id.name])]


def _lines_of(connection: Connection, plan: TablePlan) -> str:
    pieces: list[bytes] = []
    write_lines(connection, plan, pieces.append)
    return b"".join(pieces).decode()


def _told_again(pieces: Sequence[str], renewed: Renewed) -> str:
    """A text that was split at its ids, with others in their places."""
    again = list(pieces)
    again[1::2] = map(renewed.__getitem__, pieces[1::2])
    return "".join(again)
