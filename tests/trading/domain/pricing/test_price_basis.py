"""What strategies are handed holds nothing that is yet to come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guilder.trading.domain.pricing.price_basis import LookAheadError
from tests.builders import BEFORE_THE_OPEN, CLOSES_AT, OPENS_AT
from tests.trading.domain.pricing.bases import A_MINUTE, AFTER_THE_CLOSE, a_basis, minutes_at, trades_of


def test_a_trade_or_a_minute_of_the_future_is_refused() -> None:
    now = OPENS_AT + A_MINUTE - timedelta(microseconds=1)

    with pytest.raises(LookAheadError):
        a_basis(now=now, trades=trades_of(("100", 1), ("100", 1)))
    with pytest.raises(LookAheadError):
        a_basis(now=now, bars=minutes_at("100", "100"))


def test_a_session_that_has_not_begun_is_refused() -> None:
    with pytest.raises(LookAheadError):
        a_basis(now=BEFORE_THE_OPEN)


def test_a_market_is_open_from_the_open_until_just_before_the_close() -> None:
    assert a_basis(now=OPENS_AT).is_open
    assert not a_basis(now=CLOSES_AT).is_open
    assert a_basis(now=AFTER_THE_CLOSE).told_until == CLOSES_AT
