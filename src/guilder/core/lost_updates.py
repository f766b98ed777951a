"""Updates that come too late: the row is no longer at the version that was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table

from guilder.shared.errors import ConflictError

Row = Mapping[str, Any]
"""Values by the names of their columns, as repositories give them."""


class LostUpdateError(ConflictError):
    """Somebody else changed the same thing first; ask again."""

    code = "lost_update"


@dataclass(frozen=True, slots=True)
class Changed:
    """The new values of an aggregate's own row, and the version that it must still have."""

    expected: int
    row: Row


def check_all_written(table: Table, changes: Sequence[Changed], written: int) -> None:
    """Raises `LostUpdateError` when fewer rows than that still had their version."""
    if written != len(changes):
        which = changes[0].row["id"] if len(changes) == 1 else "rows"
        raise LostUpdateError(f"Somebody else changed {table.name} {which} first; ask again")
