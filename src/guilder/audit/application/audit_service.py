"""Reads the audit trail, and proves that it is whole."""

from __future__ import annotations

import heapq
import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from guilder.audit.application.ports import AuditTrail
from guilder.audit.domain.audit_entry import AuditEntry, ChainVerdict
from guilder.core.audit_chain import START, Head, ends_at, follow, link_of
from guilder.core.caller import Caller, Role
from guilder.core.pages import LARGEST_LIMIT, InvalidCursorError, Page, PageRequest, write_cursor

_LISTING: Final = "audit"
_LARGEST_NUMBER: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Anchor:
    """An entry's number and hash that somebody noted elsewhere, in better times."""

    chain: str
    number: int
    hash: bytes


class AuditService:
    """The trail, for admins and auditors."""

    def __init__(self, trail: AuditTrail, caller: Caller) -> None:
        self._trail = trail
        self._caller = caller

    async def list_entries(self, page: PageRequest) -> Page[AuditEntry]:
        """Entries of all chains, oldest first, those of one chain in their order.

        The cursor tells how far each chain was read, so an entry that is saved late is never passed over.

        Raises:
            NotSignedInError, NotAllowedError: the caller is neither admin nor auditor.
            InvalidCursorError: the cursor is not that of such a page.
        """
        self._require_auditor()
        position = _position(page)
        chains = [
            await self._trail.entries(chain, after=position.get(chain, 0), limit=page.limit + 1)
            for chain in await self._trail.chains()
        ]
        merged = list(heapq.merge(*chains, key=lambda entry: (entry.recorded_at, entry.chain)))
        items = merged[: page.limit]
        for entry in items:
            position[entry.chain] = entry.number
        return Page(items, _cursor(position) if len(merged) > page.limit else None)

    async def all_entries(self) -> AsyncIterator[AuditEntry]:
        """The whole trail, in the order of `list_entries`. Raises as that does."""
        cursor = None
        while True:
            page = await self.list_entries(PageRequest(LARGEST_LIMIT, cursor))
            for entry in page.items:
                yield entry
            cursor = page.next
            if cursor is None:
                return

    async def verify_chains(self, anchors: Iterable[Anchor] = ()) -> Sequence[ChainVerdict]:
        """Look at every entry of every chain, and whether each anchor still holds.

        Raises:
            NotSignedInError, NotAllowedError: the caller is neither admin nor auditor.
        """
        self._require_auditor()
        known: dict[str, list[Anchor]] = {}
        for anchor in anchors:
            known.setdefault(anchor.chain, []).append(anchor)
        names = sorted({*await self._trail.chains(), *known})
        return [await self._verify(chain, known.get(chain, [])) for chain in names]

    async def _verify(self, chain: str, anchors: Sequence[Anchor]) -> ChainVerdict:
        stored = await self._trail.head(chain)
        reached, problem = START, None
        missing: dict[int, set[bytes]] = {}
        for anchor in anchors:
            missing.setdefault(anchor.number, set()).add(anchor.hash)
        while problem is None and reached.number < stored.number:
            wanted = min(LARGEST_LIMIT, stored.number - reached.number)
            entries = await self._trail.entries(chain, after=reached.number, limit=wanted)
            if not entries:
                break
            reached, problem = follow(chain, reached, map(link_of, map(asdict, entries)))
            problem = problem or _broken_anchor(entries, missing)
        problem = problem or ends_at(reached, stored) or await self._beyond_the_head(chain)
        if problem is None and missing:
            problem = f"entry {min(missing)} was noted elsewhere, but the chain does not go so far"
        return ChainVerdict(chain, reached.number, stored.hash, problem)

    async def _beyond_the_head(self, chain: str) -> str | None:
        """What is wrong with entries after the head. The head is asked last: chains grow while we look."""
        last = await self._trail.last_number(chain)
        stored = await self._trail.head(chain)
        return None if last <= stored.number else ends_at(Head(last, b""), stored)

    def _require_auditor(self) -> None:
        self._caller.require_role(Role.ADMIN, Role.AUDITOR)


def _cursor(position: Mapping[str, int]) -> str:
    return write_cursor(_LISTING, json.dumps(position, separators=(",", ":"), sort_keys=True))


def _position(page: PageRequest) -> dict[str, int]:
    """How far each chain was read."""
    marks = page.after(_LISTING, str)
    if marks is None:
        return {}
    try:
        position = json.loads(str(marks[0]))
    except (ValueError, RecursionError) as problem:
        raise InvalidCursorError from problem
    numbers = position.values() if isinstance(position, dict) else [None]
    if not all(type(number) is int and 0 <= number <= _LARGEST_NUMBER for number in numbers):
        raise InvalidCursorError
    return dict(position)


def _broken_anchor(entries: Iterable[AuditEntry], missing: dict[int, set[bytes]]) -> str | None:
    """The first entry that is not the one noted elsewhere; those that are leave `missing`."""
    for entry in entries:
        if missing.pop(entry.number, set()) - {entry.hash}:
            return f"entry {entry.number} is not the one that was noted elsewhere"
    return None
