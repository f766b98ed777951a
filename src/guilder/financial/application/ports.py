"""What the services of the financial room need from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from guilder.financial.domain.portfolio import Portfolio
from guilder.financial.domain.transaction import Transaction
from guilder.published.financial import Account
from guilder.shared.ids import PortfolioId, TransactionId, UserId


class PortfolioRepository(Protocol):
    """Every portfolio, with its open lots and reservations."""

    async def get(self, portfolio_id: PortfolioId) -> Portfolio:
        """Raises `PortfolioNotFoundError`."""

    async def account(self, portfolio_id: PortfolioId) -> Account:
        """What never changes about a portfolio. Raises `PortfolioNotFoundError`."""

    async def owned_by(self, owner: UserId) -> Sequence[Portfolio]:
        """Those of one user as they are saved, on one snapshot, oldest first."""

    def save(self, portfolio: Portfolio) -> None:
        """A lost race is a `ConflictError` at the unit's end."""


class Ledger(Protocol):
    """The transactions of portfolios, as they are saved."""

    async def transactions(
        self, portfolio_id: PortfolioId, *, after: TransactionId | None, limit: int
    ) -> Sequence[Transaction]:
        """At most `limit` transactions after that one, oldest first."""
