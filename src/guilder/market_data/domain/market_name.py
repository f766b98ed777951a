"""How markets are called."""

from __future__ import annotations

import re
from typing import Final

from guilder.shared.errors import InvalidError
from guilder.shared.ids import MarketId

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}", re.ASCII)


class InvalidMarketIdError(InvalidError):
    """A market's id has 1 to 40 small letters, digits, `-` and `_`, and begins with a letter or a digit."""

    code = "invalid_market_id"


def parse_market_id(text: str) -> MarketId:
    """Raises `InvalidMarketIdError`."""
    if _NAME.fullmatch(text) is None:
        raise InvalidMarketIdError
    return MarketId(text)
