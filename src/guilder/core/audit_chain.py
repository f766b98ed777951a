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
from json.encoder import encode_basestring as _quoted
from typing import Any, Final, NamedTuple

GENESIS: Final = bytes(32)
"""What the first note of a chain has for the hash of the note before it."""


@dataclass(frozen=True, slots=True)
class AuditNote:
    """Who did what to whom; numbered and chained when it is committed."""

    actor: str
    action: str
    subject: str | None
    details: Mapping[str, str]


class Head(NamedTuple):
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
        "recorded_at": instant_of(recorded_at),
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
    told = _encode(dict(details))
    return seal(chain, number, previous_hash, actor, action, subject, told, instant_of(recorded_at))


def seal(
    chain: str,
    number: int,
    previous_hash: bytes,
    actor: str,
    action: str,
    subject: str | None,
    details: str,
    recorded_at: str,
) -> bytes:
    """The hash of an entry whose `details` and `recorded_at` are given as they stand in its JSON.

    Put together by hand, in the order of the keys: whole trails are proven by it.
    """
    text = (
        f'{{"action":{_quoted(action)},"actor":{_quoted(actor)},"chain":{_quoted(chain)},"details":{details},'
        f'"number":{number},"previous_hash":"{previous_hash.hex()}","recorded_at":"{recorded_at}",'
        f'"subject":{"null" if subject is None else _quoted(subject)}}}'
    )
    return hashlib.sha256(text.encode()).digest()


def instant_of(recorded_at: datetime) -> str:
    """An aware instant as entries have it."""
    in_utc = recorded_at if recorded_at.tzinfo is UTC else recorded_at.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


_encode: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def link(
    chain: str, head: Head, notes: Sequence[AuditNote], recorded_at: datetime
) -> tuple[list[dict[str, Any]], Head]:
    """Number `notes` and chain them to `head`: rows for `core_audit_notes`, and the head that goes with them.

    `recorded_at` is an aware instant.
    """
    rows: list[dict[str, Any]] = []
    told_at = instant_of(recorded_at)
    for note in notes:
        details = dict(note.details)
        number, previous_hash = head.number + 1, head.hash
        told = _encode(details)
        head = Head(number, seal(chain, number, previous_hash, note.actor, note.action, note.subject, told, told_at))
        rows.append(
            {
                "chain": chain,
                "number": number,
                "previous_hash": previous_hash,
                "actor": note.actor,
                "action": note.action,
                "subject": note.subject,
                "details": details,
                "recorded_at": recorded_at,
                "hash": head.hash,
            }
        )
    return rows, head


class Link(NamedTuple):
    """What counts of an entry when a chain is followed."""

    chain: str
    number: int
    previous_hash: bytes
    stated: bytes
    """The hash that stands with it."""
    seal: bytes | None
    """The hash of what it says; None when it says what no note could have said."""


def follow(chain: str, head: Head, links: Iterable[Link]) -> tuple[Head, str | None]:
    """Go along `links` from `head` on: how far the chain holds, and what breaks it there, if anything does."""
    reached, last_hash = head
    for whose, number, previous_hash, stated, sealed in links:
        if whose != chain:
            return Head(reached, last_hash), f"entry {number} belongs to chain {whose}"
        if number != reached + 1:
            return Head(reached, last_hash), _out_of_place(reached + 1, number)
        if previous_hash != last_hash:
            return Head(reached, last_hash), f"entry {number} does not follow on entry {reached} as it stands"
        if sealed is None or sealed != stated:
            broken = f"entry {number} is not what was recorded: its hash does not fit what it says"
            return Head(reached, last_hash), broken
        reached, last_hash = number, stated
    return Head(reached, last_hash), None


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
    reached, problem = follow(chain, START, map(link_of, rows))
    return problem or ends_at(reached, stored)


def link_of(row: Mapping[str, Any]) -> Link:
    """An entry, given by the names of its columns, as a link of its chain."""
    said = {name: value for name, value in row.items() if name != "hash"}
    try:
        sealed = note_hash(**said)
    except (AttributeError, OverflowError, TypeError, ValueError):
        sealed = None
    return Link(row["chain"], row["number"], row["previous_hash"], row["hash"], sealed)


def _out_of_place(expected: int, found: int) -> str:
    if found > expected:
        return f"entry {expected} is missing: entry {found} stands in its place"
    return f"entry {found} stands where entry {expected} belongs: it is doubled or out of order"


__all__ = [
    "GENESIS",
    "START",
    "AuditNote",
    "Head",
    "Link",
    "content",
    "ends_at",
    "follow",
    "instant_of",
    "link",
    "link_of",
    "note_hash",
    "seal",
    "verify",
]
