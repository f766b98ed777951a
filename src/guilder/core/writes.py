"""What a finished unit carries: the rows that are to be written."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Table


class Added(NamedTuple):
    """A row that is written once."""

    table: Table
    values: Mapping[str, Any]


class Put(NamedTuple):
    """An aggregate's own row: inserted when `expected` is 0, else updated if it still has that version."""

    table: Table
    key: Hashable
    expected: int
    version: int
    values: Mapping[str, Any]


class Kept(NamedTuple):
    """A row that hangs on an aggregate and is guarded by its version: inserted or overwritten, whole."""

    table: Table
    key: Mapping[str, Any]
    values: Mapping[str, Any]
