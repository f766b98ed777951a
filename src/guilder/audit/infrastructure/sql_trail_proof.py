"""Proves that the audit trail is whole, from its rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from decimal import Decimal

from sqlalchemy import Connection

from guilder.audit.infrastructure.trail_rows import CHAINS, entries_of, head_of, read_head, read_link
from guilder.core.audit_chain import START, Head, ends_at, follow
from guilder.core.row_pages import row_pages
from guilder.published.proof import Equation, Finding, counted


class SqlTrailProof:
    """`Proof` of every chain of the trail, on the snapshot of one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def findings(self) -> Sequence[Finding]:
        """Each chain leads from entry to entry up to its head; nothing was edited, deleted, moved or cut off."""
        equations, faults, entries = [], [], 0
        for chain in sorted(self._connection.execute(CHAINS).scalars()):
            stored = read_head(self._connection.execute(head_of(chain)).first())
            reached, problem = self._follow(chain)
            problem = problem or ends_at(reached, stored)
            equations.append(Equation(f"chain {chain}", Decimal(reached.number), Decimal(stored.number)))
            faults += [] if problem is None else [f"chain {chain}: {problem}"]
            entries += reached.number
        looked_at = f"{counted(entries, 'entry', 'entries')} in {counted(len(equations), 'chain')}"
        return [
            Finding("audit_chain_is_whole", "entries that hold = entries by the head", looked_at, equations, faults)
        ]

    def _follow(self, chain: str) -> tuple[Head, str | None]:
        pages = row_pages(self._connection, entries_of(chain))
        with closing(pages):
            return follow(chain, START, (read_link(row) for page in pages for row in page))
