"""What a copy of the books says of itself: which tables, at which revision, how many rows, and their checksums."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Integer, LargeBinary, Table, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

from guilder.core.columns import ExactDecimal, Id
from guilder.shared.errors import InvalidError, RefusedError

FORMAT: Final = "guilder-backup"
FORMAT_VERSION: Final = 1

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class BackupDamagedError(InvalidError):
    """The file is no copy of the books, was cut off, or is not what was written."""

    code = "backup_damaged"


class BackupTooNewError(RefusedError):
    """The copy was made by a newer Guilder than this one."""

    code = "backup_too_new"


class Kind(StrEnum):
    """How a column is written down."""

    ID = "id"
    """32 hex digits."""
    BYTES = "bytes"
    """`\\x` and hex digits."""
    DECIMAL = "decimal"
    """Plain digits without trailing zeros."""
    INTEGER = "integer"
    TEXT = "text"

    @classmethod
    def of(cls, type: TypeEngine[Any]) -> Kind:
        """The kind of a column of this type. Raises `TypeError` when copies know none."""
        if isinstance(type, Id):
            return cls.ID
        if isinstance(type, ExactDecimal):
            return cls.DECIMAL
        stored = type.impl_instance if isinstance(type, TypeDecorator) else type
        for kind, known in ((cls.BYTES, LargeBinary), (cls.INTEGER, Integer), (cls.TEXT, Text)):
            if isinstance(stored, known):
                return kind
        raise TypeError(f"{type!r} has no form in a copy of the books")


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column, and how it is written down."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class TablePlan:
    """One table: its columns in order, and the key by which its rows are sorted."""

    name: str
    columns: Sequence[ColumnPlan]
    key: Sequence[str]

    @classmethod
    def of(cls, table: Table) -> TablePlan:
        columns = tuple(ColumnPlan(column.name, Kind.of(column.type)) for column in table.columns)
        return cls(table.name, columns, tuple(column.name for column in table.primary_key))

    def kind_of(self, name: str) -> Kind:
        return next(column.kind for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True)
class TableCopy:
    """One table as it stands in a copy."""

    plan: TablePlan
    rows: int
    sha256: str
    """Of its lines, as they are before they are compressed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The table of contents of a copy."""

    guilder: str
    made_at: str
    revisions: Mapping[str, str]
    """The revision of each room's tables."""
    tables: Sequence[TableCopy]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)

    def to_json(self) -> bytes:
        document = {"format": FORMAT, "format_version": FORMAT_VERSION, **asdict(self)}
        return json.dumps(document, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Read one, with suspicion.

        Raises:
            BackupDamagedError: it is none.
            BackupTooNewError: its format is newer than those known here.
        """
        try:
            told = json.loads(text)
            if told["format"] != FORMAT:
                raise BackupDamagedError
            if told["format_version"] > FORMAT_VERSION:
                raise BackupTooNewError(f"The copy is of format {told['format_version']}; this Guilder reads 1")
            revisions = {str(context): str(revision) for context, revision in told["revisions"].items()}
            tables = [_table(entry) for entry in told["tables"]]
            return cls(str(told["guilder"]), str(told["made_at"]), revisions, tables)
        except (ValueError, TypeError, KeyError, AttributeError) as problem:
            raise BackupDamagedError("The file's table of contents cannot be read") from problem


def _table(told: Mapping[str, Any]) -> TableCopy:
    plan = told["plan"]
    columns = tuple(ColumnPlan(_name(column["name"]), Kind(column["kind"])) for column in plan["columns"])
    if not _DIGEST.fullmatch(told["sha256"]):
        raise ValueError(told["sha256"])
    key = tuple(_name(name) for name in plan["key"])
    return TableCopy(TablePlan(_name(plan["name"]), columns, key), int(told["rows"]), told["sha256"])


def _name(told: str) -> str:
    """The name of a table or column. Raises `ValueError` when no such thing is called so."""
    if not _NAME.fullmatch(told):
        raise ValueError(told)
    return told
