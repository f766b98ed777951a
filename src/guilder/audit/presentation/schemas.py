"""The audit trail, as it travels over HTTP and into files."""

from collections.abc import Sequence
from typing import Any, Self

from pydantic import BaseModel

from guilder.audit.domain.audit_entry import AuditEntry, ChainVerdict
from guilder.core.audit_chain import content
from guilder.core.pages import Page


def entry_document(entry: AuditEntry) -> dict[str, Any]:
    """One entry as outsiders see it: what its hash was made of, and the hash (see `core/audit_chain.py`)."""
    told = content(
        chain=entry.chain,
        number=entry.number,
        previous_hash=entry.previous_hash,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        details=entry.details,
        recorded_at=entry.recorded_at,
    )
    return {**told, "hash": entry.hash.hex()}


class AuditEntryResponse(BaseModel):
    """Who did what to whom. Hashes are hex digits; `hash` seals the other fields."""

    chain: str
    number: int
    recorded_at: str
    actor: str
    action: str
    subject: str | None
    details: dict[str, str]
    previous_hash: str
    hash: str


class AuditPage(BaseModel):
    """Entries, oldest first; `next` is the cursor of the later ones."""

    items: list[AuditEntryResponse]
    next: str | None

    @classmethod
    def from_page(cls, page: Page[AuditEntry]) -> Self:
        return cls(items=[AuditEntryResponse(**entry_document(entry)) for entry in page.items], next=page.next)


class ChainResponse(BaseModel):
    """What a look at one chain found; `problem` is null when all of its entries hold."""

    chain: str
    entries: int
    head_hash: str
    problem: str | None


class VerdictResponse(BaseModel):
    """Whether the whole trail holds."""

    ok: bool
    chains: list[ChainResponse]

    @classmethod
    def from_domain(cls, verdicts: Sequence[ChainVerdict]) -> Self:
        chains = [
            ChainResponse(
                chain=verdict.chain,
                entries=verdict.entries,
                head_hash=verdict.head_hash.hex(),
                problem=verdict.problem,
            )
            for verdict in verdicts
        ]
        return cls(ok=all(chain.problem is None for chain in chains), chains=chains)
