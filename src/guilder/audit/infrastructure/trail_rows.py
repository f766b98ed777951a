"""Rows of the audit trail, read with suspicion: one that somebody spoiled can still be looked at.

What was never written so is shown so that no hash fits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Row, Select, select, type_coerce
from sqlalchemy.types import NullType

from guilder.audit.domain.audit_entry import AuditEntry
from guilder.core.audit_chain import START, Head, Link, instant_of, seal
from guilder.core.tables import audit_heads, audit_notes

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST: Final = 2**63 - 1
_A_SECOND: Final = 1_000_000
_AS_STORED: Final = [
    column if column.name in {"chain", "number"} else type_coerce(column, NullType()).label(column.name)
    for column in audit_notes.columns
]

CHAINS: Final = select(audit_heads.c.chain).union(select(audit_notes.c.chain))
"""The names of all chains that have entries or a head."""


def head_of(chain: str) -> Select[Any]:
    """Where a chain ends, to be read by `read_head`."""
    stored = select(audit_heads.c.number, type_coerce(audit_heads.c.hash, NullType()).label("hash"))
    return stored.where(audit_heads.c.chain == chain)


def entries_of(chain: str, *, after: int = 0) -> Select[Any]:
    """The entries of a chain in their order, to be read by `read_entry` or `read_link`."""
    number = audit_notes.c.number
    of_chain = select(*_AS_STORED).where(audit_notes.c.chain == chain, number > after, number <= _LARGEST)
    return of_chain.order_by(number)


def read_head(row: Row[Any] | None) -> Head:
    """The head; `START` when there is none."""
    return START if row is None else Head(whole(row.number), _octets(row.hash))


def read_entry(row: Row[Any]) -> AuditEntry:
    """What an entry says."""
    return AuditEntry(
        chain=row.chain,
        number=row.number,
        recorded_at=_instant(row.recorded_at),
        actor=_text(row.actor),
        action=_text(row.action),
        subject=None if row.subject is None else _text(row.subject),
        details=_details(row.details),
        previous_hash=_octets(row.previous_hash),
        hash=_octets(row.hash),
    )


def read_link(row: Sequence[Any]) -> Link:
    """What counts of an entry when its chain is followed: sealed as it is stored, without reading its details."""
    chain, number, actor, action, subject, details, recorded_at, previous, stated = row
    before = _octets(previous)
    subject = subject if subject is None else _text(subject)
    at = _told_instant(recorded_at)
    sealed = seal(chain, number, before, _text(actor), _text(action), subject, _text(details), at)
    return Link(chain, number, before, _octets(stated), sealed)


def whole(stored: Any) -> int:
    """A whole number; -1 where something else stands."""
    return stored if isinstance(stored, int) else -1


def _details(stored: Any) -> Mapping[str, str]:
    """The document, if it is written as the core writes it, to the letter."""
    try:
        told = json.loads(stored)
        as_written = json.dumps(told, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        return {"unreadable": str(stored)}
    is_document = isinstance(told, dict) and all(isinstance(value, str) for value in told.values())
    return told if is_document and as_written == stored else {"unreadable": str(stored)}


def _instant(stored: Any) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=stored)
    except (TypeError, OverflowError):
        return _EPOCH


def _told_instant(stored: Any) -> str:
    """`instant_of`; what entries of one second have in common is worked out once, since whole trails are read."""
    if type(stored) is not int:
        return instant_of(_instant(stored))
    second, microseconds = divmod(stored, _A_SECOND)
    return f"{_told_second(second)}{microseconds:06}Z"


@lru_cache(maxsize=1024)
def _told_second(second: int) -> str:
    """All but the six decimals and the Z."""
    return instant_of(_instant(second * _A_SECOND))[:-7]


def _text(stored: Any) -> str:
    return stored if isinstance(stored, str) else f"unreadable: {stored!r}"


def _octets(stored: Any) -> bytes:
    return bytes(stored) if isinstance(stored, _OCTETS) else b""


_OCTETS: Final = (bytes, bytearray, memoryview)
