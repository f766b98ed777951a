"""Makes a copy of the whole books, as they are at one instant, while everybody works on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

import guilder
from guilder.bootstrap.backup.archive import OnBytes, new_archive
from guilder.bootstrap.backup.copy_lines import write_lines
from guilder.bootstrap.backup.manifest import Manifest, TablePlan
from guilder.bootstrap.migrations.histories import HISTORIES, stored_revisions
from guilder.core.audit_chain import instant_of
from guilder.core.clock import Clock
from guilder.core.database import Database


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a copy is: rows of `table`, out of all rows."""

    table: str
    rows: int
    total: int


OnProgress = Callable[[Progress], None]


async def back_up(database: Database, clock: Clock, path: Path, on_progress: OnProgress) -> Manifest:
    """Write all tables into a new file, on one snapshot of what is committed. The tables are up to date.

    Raises:
        BackupFileExistsError: there is a file of that name.
        DatabaseUnavailableError: the database does not answer; there is no file.
    """
    made_at = instant_of(clock.now())
    return await database.read(lambda connection: _write(connection, path, made_at, on_progress))


def plans() -> Sequence[TablePlan]:
    """Every table of every room, in the order in which they are copied."""
    return [TablePlan.of(table) for history in HISTORIES for table in history.metadata().sorted_tables]


def _write(connection: Connection, path: Path, made_at: str, on_progress: OnProgress) -> Manifest:
    tables = [table for history in HISTORIES for table in history.metadata().sorted_tables]
    total = sum(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)
    done = 0
    with new_archive(path) as archive:
        for plan in plans():

            def lines(take: OnBytes, plan: TablePlan = plan) -> None:
                def counted(piece: bytes) -> None:
                    nonlocal done
                    take(piece)
                    done += piece.count(b"\n")
                    on_progress(Progress(plan.name, done, total))

                write_lines(connection, plan, counted)

            archive.write_table(plan, lines)
        manifest = Manifest(guilder.__version__, made_at, dict(stored_revisions(connection)), archive.tables)
        archive.finish(manifest)
    return manifest
