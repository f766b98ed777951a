"""The file: a zip archive with the lines of each table, and its table of contents as the last entry."""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from guilder.bootstrap.backup.manifest import BackupDamagedError, Manifest, TableCopy, TablePlan
from guilder.shared.errors import RefusedError

MANIFEST: Final = "manifest.json"
_COMPRESSION: Final = 3
"""Most of the gain for little of the time."""

OnBytes = Callable[[bytes], None]


class BackupFileExistsError(RefusedError):
    """There is a file of that name; copies never overwrite anything."""

    code = "backup_file_exists"


class ArchiveWriter:
    """Writes one table after the other, as its lines come."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = ZipFile(file, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION)
        self.tables: list[TableCopy] = []
        """What was written so far."""

    def write_table(self, plan: TablePlan, write_lines: Callable[[OnBytes], None]) -> None:
        """Let `write_lines` hand over the lines of a table, in pieces of any size."""
        digest, rows = hashlib.sha256(), 0
        with self._zip.open(_entry(_member(plan)), "w", force_zip64=True) as member:

            def take(lines: bytes) -> None:
                nonlocal rows
                digest.update(lines)
                rows += lines.count(b"\n")
                member.write(lines)

            write_lines(take)
        self.tables.append(TableCopy(plan, rows, digest.hexdigest()))

    def finish(self, manifest: Manifest) -> None:
        """Write the table of contents: without it a file is no copy."""
        self._zip.writestr(_entry(MANIFEST), manifest.to_json())
        self._zip.close()


class ArchiveReader:
    """Reads a copy, and believes nothing."""

    def __init__(self, archive: ZipFile) -> None:
        self._zip = archive
        try:
            self.manifest = Manifest.from_json(archive.read(MANIFEST))
        except (KeyError, BadZipFile, zlib.error, EOFError) as problem:
            raise BackupDamagedError("The file has no table of contents: it is no copy of the books") from problem

    @contextmanager
    def lines_of(self, table: TableCopy) -> Iterator[CheckedLines]:
        """The lines of a table. Whoever has read them all knows that they are what was written.

        Raises:
            BackupDamagedError: they are not.
        """
        try:
            with self._zip.open(_member(table.plan)) as member:
                lines = CheckedLines(member)
                yield lines
                lines.check(table)
        except (KeyError, BadZipFile, zlib.error, EOFError) as problem:
            raise BackupDamagedError(f"The rows of {table.plan.name} were cut off or changed: {problem}") from problem


class CheckedLines:
    """The lines of a table as a file to be read once, counted and digested on the way."""

    def __init__(self, member: IO[bytes]) -> None:
        self._member = member
        self._digest = hashlib.sha256()
        self.rows = 0

    def read(self, size: int = -1) -> bytes:
        lines = self._member.read(size)
        self._digest.update(lines)
        self.rows += lines.count(b"\n")
        return lines

    def check(self, table: TableCopy) -> None:
        """Raises `BackupDamagedError` when what was read is not what the table of contents promises."""
        if self.rows != table.rows:
            raise BackupDamagedError(f"{table.plan.name} has {self.rows} rows where {table.rows} were written")
        if self._digest.hexdigest() != table.sha256:
            raise BackupDamagedError(f"The rows of {table.plan.name} are not those that were written: wrong checksum")


@contextmanager
def new_archive(path: Path) -> Iterator[ArchiveWriter]:
    """A file that only its owner can read; it gets its name when it is whole, or is never there.

    Raises:
        BackupFileExistsError: there is one already.
    """
    _refuse_existing(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield ArchiveWriter(file)
            file.flush()
            os.fsync(file.fileno())
        _refuse_existing(path)
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def open_archive(path: Path) -> Iterator[ArchiveReader]:
    """A copy to read from.

    Raises:
        BackupDamagedError: the file is none, or was cut off.
        BackupTooNewError: a newer Guilder made it.
    """
    with path.open("rb") as file:
        try:
            archive = ZipFile(file)
        except BadZipFile as problem:
            raise BackupDamagedError(f"{path} is no copy of the books, or was cut off") from problem
        with archive:
            yield ArchiveReader(archive)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise BackupFileExistsError(f"{path} is there already; name another file")


def _member(plan: TablePlan) -> str:
    return f"tables/{plan.name}.copy"


def _entry(name: str) -> ZipInfo:
    """An entry that tells nothing but its name, so that the same rows make the same bytes."""
    entry = ZipInfo(name)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
