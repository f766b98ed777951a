"""Terms of slicing that make sense."""

from __future__ import annotations

from datetime import timedelta

import pytest

from guilder.trading.domain.slicing.slicing_terms import Algorithm, SlicingTerms

MINUTE = timedelta(minutes=1)


def wrong(horizon: timedelta | None, interval: timedelta) -> list[str]:
    return [problem.field for problem in SlicingTerms(Algorithm.TWAP, horizon, interval).problems()]


@pytest.mark.parametrize("horizon", [None, MINUTE, timedelta(hours=6)])
def test_spans_of_whole_seconds_are_good(horizon: timedelta | None) -> None:
    assert wrong(horizon, MINUTE) == []


@pytest.mark.parametrize("span", [timedelta(0), -MINUTE, timedelta(milliseconds=1500), timedelta(days=2)])
def test_no_other_spans_are(span: timedelta) -> None:
    assert wrong(None, span) == ["interval"]
    assert "horizon" in wrong(span, MINUTE)


def test_an_interval_longer_than_the_horizon_makes_no_sense() -> None:
    assert wrong(MINUTE, 2 * MINUTE) == ["interval"]
