"""What the trail says: who did what to whom, and what became of the proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One note of the trail, as it stands. `number` counts within its chain, from 1 on."""

    chain: str
    number: int
    recorded_at: datetime
    actor: str
    """Who did it: `user:<id>`, `system`, or `nobody` when nobody was signed in."""
    action: str
    subject: str | None
    """Whose affair it is: `user:<id>`."""
    details: Mapping[str, str]
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """What a look at one whole chain found: how many entries hold, and the first thing that does not."""

    chain: str
    entries: int
    head_hash: bytes
    problem: str | None
