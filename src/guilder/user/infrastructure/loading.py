"""Aggregates that were found by something else than their id."""

from __future__ import annotations

from typing import TypeVar

from guilder.core.resident import Root
from guilder.core.unit import Unit

A = TypeVar("A", bound=Root)


async def resident(unit: Unit, found: A | None) -> A | None:
    """The same object that the open unit may hold already; else the one that was just read."""
    if found is None:
        return None

    async def load() -> A:
        return found

    return await unit.find(type(found), found.id, load)
