"""A market so thin that small accounts, too, are filled in parts: for lessons and demonstrations."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from guilder.published.market_data import Timeframe
from guilder.trading.domain.fill_profile import FillProfile, Participation

PROFILE: Final = FillProfile(
    "thin",
    "At the price, but so few shares at a time that small orders, too, are filled in parts.",
    participation=Participation(rate=Decimal("0.00001"), timeframe=Timeframe.HOUR),
)
