"""How the books are proven: each room adds up its own rows, and tells what another room must have written, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple, Protocol, TypeAlias
from uuid import UUID

from guilder.shared.quantity import format_decimal

MOST_NAMED: Final = 20
"""Faults that one look names; where more are wrong, they are too many to read."""

RowId: TypeAlias = Any
"""An id as its database keeps it, a `UUID` or its 16 bytes; those of one database can be compared and sorted."""


def amount_of(units: int, commodity: str) -> Decimal:
    """What a stored whole number stands for: billionths of a share (`stock:…`), or ten-thousandths of a currency."""
    return Decimal(units).scaleb(-9 if commodity.startswith("stock:") else -4)


def told_amount(units: int, commodity: str) -> str:
    """The same with its commodity, as people write it."""
    return f"{format_decimal(amount_of(units, commodity))} {commodity.removeprefix('stock:')}"


def told_id(stored: RowId | None) -> str:
    """An id as people write it; what is none is shown as it is."""
    return str(UUID(bytes=stored)) if isinstance(stored, bytes) and len(stored) == 16 else str(stored)


@dataclass(frozen=True, slots=True)
class Equation:
    """Two figures that were arrived at in two ways, and must be the same."""

    of: str
    """What is counted: a commodity (`USD`, `stock:AAPL`), or a word such as `executions`."""
    left: Decimal
    right: Decimal

    @property
    def difference(self) -> Decimal:
        return self.left - self.right


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at one promise found. Figures may agree by chance, so the faults count as well."""

    name: str
    claim: str
    """The equation in words, its left side first."""
    looked_at: str
    equations: Sequence[Equation]
    faults: Sequence[str]
    """The rows that are wrong, the first few of them; empty when the promise holds."""

    @property
    def ok(self) -> bool:
        """Whether it holds."""
        return not self.faults and not any(equation.difference for equation in self.equations)


def counted(number: int, one: str, many: str = "") -> str:
    """How many there are, in words: `1 portfolio`, `2 portfolios`, `3 entries`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


class Holding(NamedTuple):
    """So much of one commodity belongs to one portfolio."""

    portfolio_id: RowId
    commodity: str


Sums = Mapping[Holding, int]
"""What each portfolio has of each commodity, as stored whole numbers; what is not there is nothing."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Two sums of what every portfolio has, laid side by side."""

    equations: Sequence[Equation]
    """Both sums of each commodity, over all portfolios."""
    differences: Sequence[tuple[str, str]]
    """The portfolios whose own sums differ, with what the left side has more; the first few."""

    @classmethod
    def of(cls, left: Sums, right: Sums) -> Balance:
        lefts, rights = Counter[str](), Counter[str]()
        differences: list[tuple[str, str]] = []
        for holding in sorted({*left, *right}):
            ours, theirs = left.get(holding, 0), right.get(holding, 0)
            lefts[holding.commodity] += ours
            rights[holding.commodity] += theirs
            if ours != theirs and len(differences) < MOST_NAMED:
                more = told_amount(ours - theirs, holding.commodity)
                differences.append((told_id(holding.portfolio_id), more))
        equations = [
            Equation(commodity, *(amount_of(sums[commodity], commodity) for sums in (lefts, rights)))
            for commodity in sorted({*lefts, *rights})
        ]
        return cls(equations, differences)


class TradeRow(NamedTuple):
    """One execution, as it took place or as it was booked. What has no row is None."""

    execution_id: RowId
    order_id: RowId | None
    portfolio_id: RowId | None
    at: int | None
    """Microseconds since 1970."""
    commodity: str | None
    shares: int | None
    """Billionths of a share; what was sold is negative."""
    currency: str | None
    value: int | None
    """What it took out of cash, fees and all, in ten-thousandths of the currency; what it brought is negative."""


class HoldRow(NamedTuple):
    """What an open order needs, or holds."""

    order_id: RowId
    portfolio_id: RowId
    symbol: str
    shares: int
    """Billionths of a share that are still to be bought or sold."""
    is_buy: bool


class Proof(Protocol):
    """The proof of one room's rows, all on one snapshot: of the whole house, or of one portfolio."""

    def findings(self) -> Sequence[Finding]:
        """What the room can prove by itself."""


class TradeProof(Proof, Protocol):
    """A room that knows trades: there are two, and they must say the same."""

    def positions(self) -> Sums:
        """The shares that all trades come to."""

    def fees(self) -> Sums:
        """What all trades cost besides the shares."""

    def trades(self) -> Iterator[TradeRow]:
        """Every execution, in the order of their ids."""

    def holds(self) -> Iterator[HoldRow]:
        """Every open order, in the order of their ids."""
