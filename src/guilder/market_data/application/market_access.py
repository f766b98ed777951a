"""Who may do what with a market: everybody may look and trade, its owner and admins may move it."""

from __future__ import annotations

from guilder.core.caller import Caller, Role
from guilder.market_data.application.ports import MarketBoard
from guilder.market_data.domain.market import MarketTerms
from guilder.shared.ids import MarketId


def require_hand_on(market: MarketId, caller: Caller, board: MarketBoard) -> MarketTerms:
    """The market's terms, for who may move it.

    Raises:
        NotSignedInError, MarketNotFoundError: as they say.
        NotAllowedError: it is somebody else's, or the house's own, and the caller is no admin.
    """
    if not caller.is_system:
        caller.require_user()
    terms = board.terms(market)
    if terms.owner is None or not caller.owns(terms.owner):
        caller.require_role(Role.ADMIN)
    return terms
