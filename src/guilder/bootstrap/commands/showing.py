"""What commands print: tables for people, one JSON document for machines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table

_WIDE: Final = 200
"""Columns of a page that no terminal shows: who reads a pipe wants whole ids."""


def show(document: Any, *shown: RenderableType, as_json: bool) -> None:
    """Print the document, or what is shown of it."""
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
        return
    is_seen = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(markup=False, highlight=False, width=None if is_seen else _WIDE)
    for item in shown:
        console.print(item)


def a_table(columns: Mapping[str, str], rows: Iterable[Mapping[str, Any]], title: str | None = None) -> Table:
    """A table of documents: `columns` are the names of fields with their headings.

    A heading that begins with `>` is that of numbers, and stands right; ids are never broken.
    """
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name, heading in columns.items():
        is_number = heading.startswith(">")
        is_id = name == "id" or name.endswith("_id")
        table.add_column(heading.removeprefix(">"), justify="right" if is_number else "left", no_wrap=is_id)
    for row in rows:
        table.add_row(*(told(row[name]) for name in columns))
    return table


def facts(document: Mapping[str, Any], title: str | None = None) -> Table:
    """A table of one document: a line a field. Fields that are lists or documents themselves are left out."""
    table = Table(title=title, title_justify="left", box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in document.items():
        if not isinstance(value, list | dict):
            table.add_row(name.replace("_", " "), told(value))
    return table


def told(value: Any) -> str:
    """A value in words; what does not apply is a dash."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def rest_of(page: Mapping[str, Any], empty: str) -> list[RenderableType]:
    """What to say below a list: that it is empty, or how to see more of it."""
    if not page["items"]:
        return [empty]
    return [] if page["next"] is None else [f"There are more: --cursor {page['next']}"]
