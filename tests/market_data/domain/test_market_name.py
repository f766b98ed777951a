"""How markets are called."""

from __future__ import annotations

import pytest

from guilder.market_data.domain.market_name import InvalidMarketIdError, parse_market_id


@pytest.mark.parametrize("name", ["a", "class-of-2008", "0190_x", "m" * 40, "01890a5d-ac96-774b-bcce-b302099a8057"])
def test_a_market_is_called_by_a_short_slug(name: str) -> None:
    assert parse_market_id(name) == name


@pytest.mark.parametrize("name", ["", "-a", "_a", "Main", "a b", "a/b", "é", "a\n", "m" * 41, "..", "a\0"])
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidMarketIdError):
        parse_market_id(name)
