"""Brings a copy of the books back into an empty database: all of it, proven, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, Inspector, exists, func, inspect, make_url, select, table

from guilder.bootstrap.backup.archive import ArchiveReader, CheckedLines, open_archive
from guilder.bootstrap.backup.backup import OnProgress, Progress
from guilder.bootstrap.backup.copy_lines import read_lines
from guilder.bootstrap.backup.manifest import BackupDamagedError, BackupTooNewError, Manifest, TableCopy
from guilder.bootstrap.migrations.connections import change
from guilder.bootstrap.migrations.histories import HISTORIES, stored_revisions
from guilder.bootstrap.migrations.moving import move_down, move_up
from guilder.bootstrap.schema import BASE, upgrade_tables
from guilder.bootstrap.verify import prove_house
from guilder.published.proof import Finding
from guilder.shared.errors import RefusedError


class DatabaseNotEmptyError(RefusedError):
    """Copies are brought back into an empty database only; nothing was changed."""

    code = "database_not_empty"


class BooksNotProvenError(RefusedError):
    """The books in the copy do not add up, so it was not brought back; `--unproven` does it all the same."""

    code = "books_not_proven"


def restore(
    url: str, path: Path, on_progress: OnProgress, *, unproven: bool = False
) -> tuple[Manifest, Sequence[Finding]]:
    """Fill the database from a copy, bring its tables up to date and prove the books, in one transaction.

    What the copy holds, and what was found. `unproven` keeps even books that do not add up.

    Raises:
        BackupDamagedError: the file is no copy, was cut off, or is not what was written.
        BackupTooNewError: a newer Guilder made it.
        DatabaseNotEmptyError: the database holds something.
        BooksNotProvenError: the books do not add up.
        SchemaTooNewError, DatabaseUnavailableError: as they say. After every error all is as before.
    """
    with open_archive(path) as archive:
        _check_known(archive.manifest)

        def fill(connection: Connection) -> Sequence[Finding]:
            _make_room(connection, archive.manifest)
            _load(connection, archive, on_progress)
            upgrade_tables(connection)
            _set_counters(connection)
            findings = prove_house(connection)
            wrong = [fault for finding in findings if not finding.ok for fault in (finding.faults or [finding.name])]
            if wrong and not unproven:
                raise BooksNotProvenError(f"The books in {path} do not add up: {'; '.join(wrong[:5])}")
            return findings

        return archive.manifest, change(make_url(url), fill)


def _check_known(manifest: Manifest) -> None:
    known = {history.context: history for history in HISTORIES}
    for context, revision in manifest.revisions.items():
        if context not in known or revision not in known[context].revisions:
            raise BackupTooNewError(
                f"The copy was made by Guilder {manifest.guilder[:40]}: its tables of {context[:40]} are at revision "
                f"{revision[:40]}, which this Guilder does not know"
            )


def _make_room(connection: Connection, manifest: Manifest) -> None:
    """Tables as they were when the copy was made, and empty."""
    there = stored_revisions(connection)
    prefixes = tuple(f"{history.context}_" for history in HISTORIES)
    for name in inspect(connection).get_table_names():
        is_ours = name.startswith(prefixes) and not name.endswith("_alembic_version")
        if is_ours and connection.execute(select(exists(select(1).select_from(table(name))))).scalar_one():
            raise DatabaseNotEmptyError(f"The database is not empty: there are rows in {name}")
    for history in reversed(HISTORIES):
        if history.context in there:
            move_down(connection, history, BASE)
    for history in HISTORIES:
        if history.context in manifest.revisions:
            move_up(connection, history, manifest.revisions[history.context])
    _check_tables(inspect(connection), manifest, prefixes)


def _check_tables(inspector: Inspector, manifest: Manifest, prefixes: tuple[str, ...]) -> None:
    """The copy has just the tables and columns of its revisions."""
    there = {
        name: {column["name"] for column in inspector.get_columns(name)}
        for name in inspector.get_table_names()
        if name.startswith(prefixes) and not name.endswith("_alembic_version")
    }
    copied = {copy.plan.name: {column.name for column in copy.plan.columns} for copy in manifest.tables}
    if there != copied:
        other = sorted(name for name in {*there, *copied} if there.get(name) != copied.get(name))
        raise BackupDamagedError(f"The tables in the copy are not those of its revisions: {', '.join(other)}")


def _load(connection: Connection, archive: ArchiveReader, on_progress: OnProgress) -> None:
    manifest, done = archive.manifest, 0
    for copy in manifest.tables:
        with archive.lines_of(copy) as lines:
            read_lines(connection, copy.plan, _Watched(lines, copy, done, manifest.rows, on_progress))
        done += copy.rows


class _Watched:
    """Lines that tell how far they were read."""

    def __init__(self, lines: CheckedLines, copy: TableCopy, before: int, total: int, on_progress: OnProgress) -> None:
        self._lines = lines
        self._copy = copy
        self._before = before
        self._total = total
        self._on_progress = on_progress

    def read(self, size: int = -1) -> bytes:
        piece = self._lines.read(size)
        self._on_progress(Progress(self._copy.plan.name, self._before + self._lines.rows, self._total))
        return piece


def _set_counters(connection: Connection) -> None:
    """PostgreSQL counts on from the largest number there; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for history in HISTORIES:
        for each in history.metadata().sorted_tables:
            counted = each.autoincrement_column
            if counted is not None:
                counter = func.pg_get_serial_sequence(each.name, counted.name)
                largest = func.max(counted)
                connection.execute(select(func.setval(counter, func.coalesce(largest, 1), largest.is_not(None))))
