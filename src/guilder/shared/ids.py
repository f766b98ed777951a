"""Names for ids. All are UUIDs; the type checker keeps them apart."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NewType
from uuid import UUID

from guilder.shared.errors import InvalidError

UserId = NewType("UserId", UUID)
PortfolioId = NewType("PortfolioId", UUID)
OrderId = NewType("OrderId", UUID)
ExecutionId = NewType("ExecutionId", UUID)
LotId = NewType("LotId", UUID)
TransactionId = NewType("TransactionId", UUID)
EventId = NewType("EventId", UUID)

MarketId = NewType("MarketId", str)
"""The name of a market: a short slug, `main` at first."""

MAIN_MARKET = MarketId("main")

_TEXTS_KEPT: Final = 4_096


class InvalidIdError(InvalidError):
    """An id is a UUID in its usual text form."""

    code = "invalid_id"


def id_text(id: UUID) -> str:
    """As `str(id)`; remembered, since the facts and the notes of one order name the same few ids again and again."""
    return _text(id.int)


@lru_cache(_TEXTS_KEPT)
def _text(number: int) -> str:
    return str(UUID(int=number))


def parse_id(text: str) -> UUID:
    """The UUID that `text` spells.

    Raises:
        InvalidIdError: it spells none.
    """
    try:
        return UUID(text)
    except ValueError as problem:
        raise InvalidIdError(f"{text[:60]!r} is not a UUID") from problem
