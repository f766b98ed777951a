"""The audit trail's chain: each note carries a hash over its content and over the hash of the one before it.

The hash of an entry is SHA-256 over one JSON object in UTF-8 with the keys `action`, `actor`, `chain`,
`details`, `number`, `previous_hash`, `recorded_at` and `subject`: keys sorted, no white space, no character
escaped that JSON does not force to be (for keys of everyday letters that is RFC 8785). Hashes are 64 hex
digits in lower case; `recorded_at` is UTC with six decimals and a `Z`; `details` maps strings to strings; a
missing `subject` is `null`. The first entry of a chain follows on `GENESIS`. An export has one such object
a line, its `hash` added, so whoever holds the file can check it:

    previous = {}
    for line in open("audit.jsonl", encoding="utf-8"):
        entry = json.loads(line)
        stated = entry.pop("hash")
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(text.encode()).hexdigest() == stated
        assert entry["previous_hash"] == previous.get(entry["chain"], "0" * 64)
        previous[entry["chain"]] = stated

Whoever can write to the database can still forge a whole new chain, head included. A head that was noted
elsewhere before (`guilder audit verify --anchor`) shows even that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

GENESIS: Final = bytes(32)
"""What the first note of a chain has for the hash of the note before it."""


@dataclass(frozen=True, slots=True)
class AuditNote:
    """Who did what to whom; numbered and chained when it is committed."""

    actor: str
    action: str
    subject: str | None
    details: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain goes: the number of its last note, 0 when there is none, and that note's hash."""

    number: int
    hash: bytes


START: Final = Head(0, GENESIS)
"""The head of a chain without notes."""


def content(
    chain: str,
    number: int,
    previous_hash: bytes,
    actor: str,
    action: str,
    subject: str | None,
    details: Mapping[str, str],
    recorded_at: datetime,
) -> dict[str, Any]:
    """One entry as an outsider sees it, all but its own hash."""
    return {
        "chain": chain,
        "number": number,
        "recorded_at": recorded_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": dict(details),
        "previous_hash": previous_hash.hex(),
    }


def note_hash(
    chain: str,
    number: int,
    previous_hash: bytes,
    actor: str,
    action: str,
    subject: str | None,
    details: Mapping[str, str],
    recorded_at: datetime,
) -> bytes:
    """The 32 bytes that seal one note and, through `previous_hash`, all notes before it."""
    entry = content(chain, number, previous_hash, actor, action, subject, details, recorded_at)
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()


def link(
    chain: str, head: Head, notes: Sequence[AuditNote], recorded_at: datetime
) -> tuple[list[dict[str, Any]], Head]:
    """Number `notes` and chain them to `head`: rows for `core_audit_notes`, and the head that goes with them.

    `recorded_at` is an aware instant.
    """
    rows: list[dict[str, Any]] = []
    for note in notes:
        row: dict[str, Any] = {
            "chain": chain,
            "number": head.number + 1,
            "previous_hash": head.hash,
            "actor": note.actor,
            "action": note.action,
            "subject": note.subject,
            "details": dict(note.details),
            "recorded_at": recorded_at,
        }
        head = Head(head.number + 1, note_hash(**row))
        rows.append({**row, "hash": head.hash})
    return rows, head


def follow(chain: str, head: Head, rows: Iterable[Mapping[str, Any]]) -> tuple[Head, str | None]:
    """Go along `rows` from `head` on: how far the chain holds, and what breaks it there, if anything does."""
    for row in rows:
        number, stated = row["number"], row["hash"]
        if row["chain"] != chain:
            return head, f"entry {number} belongs to chain {row['chain']}"
        if number != head.number + 1:
            return head, _out_of_place(head.number + 1, number)
        if row["previous_hash"] != head.hash:
            return head, f"entry {number} does not follow on entry {head.number} as it stands"
        sealed = _hash_of(row)
        if sealed is None or sealed != stated:
            return head, f"entry {number} is not what was recorded: its hash does not fit what it says"
        head = Head(number, stated)
    return head, None


def ends_at(reached: Head, stored: Head) -> str | None:
    """What is wrong with a chain that holds up to `reached`, if its stored head is `stored`."""
    if reached.number < stored.number:
        return f"entries were cut off: the chain ends at {reached.number}, its head says {stored.number}"
    if reached.number > stored.number:
        return f"there are entries after {stored.number}, where the head says that the chain ends"
    if reached.hash != stored.hash:
        return f"entry {reached.number} is not the one that the head names"
    return None


def verify(chain: str, rows: Iterable[Mapping[str, Any]], stored: Head) -> str | None:
    """The first thing that is wrong with a whole chain, given in order; None when nothing is.

    An entry that was edited, deleted, doubled or moved breaks a link; the head misses what was cut off.
    """
    reached, problem = follow(chain, START, rows)
    return problem or ends_at(reached, stored)


def _hash_of(row: Mapping[str, Any]) -> bytes | None:
    """The hash of what a row says now; None when it says what no note could have said."""
    try:
        return note_hash(**{name: value for name, value in row.items() if name != "hash"})
    except (AttributeError, OverflowError, TypeError, ValueError):
        return None


def _out_of_place(expected: int, found: int) -> str:
    if found > expected:
        return f"entry {expected} is missing: entry {found} stands in its place"
    return f"entry {found} stands where entry {expected} belongs: it is doubled or out of order"


__all__ = ["GENESIS", "START", "AuditNote", "Head", "content", "ends_at", "follow", "link", "note_hash", "verify"]
